#include "http/session.hpp"

#include "actors/runtime/ask.hpp"
#include "http/organisation_of.hpp"

#include <algorithm>

namespace foyer::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t token_length = 43; // 32 bytes in base64url

bool is_token(std::string_view text) {
  return text.size() == token_length && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

bool changes_something(verb method) {
  return method != verb::get && method != verb::head && method != verb::options;
}

std::uint8_t bit_of(organisation::role role) {
  switch (role) {
  case organisation::role::administrator: return roles::administrator;
  case organisation::role::box_office: return roles::box_office;
  case organisation::role::editor: return roles::editor;
  case organisation::role::auditor: return roles::auditor;
  }
  return roles::none;
}

asio::awaitable<outcome<session::session_ptr>> session_of(session::store& sessions, std::string_view token) {
  const auto hash = sha256(token);
  if (auto found = sessions.find(hash)) co_return found;
  co_return co_await runtime::await_reply<session::session_ptr>(
      [&sessions, hash](reply<session::session_ptr> back) { sessions.load(hash, std::move(back)); });
}

std::shared_ptr<const caller> caller_from(session::session_ptr live) {
  auto who = std::make_shared<caller>();
  who->session = live->of.id;
  if (live->of.login) {
    who->account = live->of.owner;
  } else {
    who->space_organisation = live->of.organisation;
    who->space_household = live->of.household;
    who->space_order = live->of.only_order;
  }
  who->live = std::move(live);
  return who;
}

asio::awaitable<std::optional<response>> check_role(gate_services& with, const request& in,
                                                    const caller& who) {
  if (!who.account) co_return response(not_found());
  const auto at = co_await organisation_of(with.organisations, in);
  if (!at) co_return response(problem_of(at.error()));
  const auto role = who.account->role_at((*at)->id);
  if (!role) co_return response(not_found());
  const auto allowed = static_cast<std::uint8_t>(in.route->info.roles | roles::administrator);
  if ((allowed & bit_of(*role)) == 0) co_return response(forbidden());
  co_return std::nullopt;
}

asio::awaitable<std::optional<response>> pass(gate_services& with, request& in) {
  const auto& info = in.route->info;
  const auto shown = token_of(in, with.site);
  session::session_ptr live;
  if (shown && is_token(shown->text)) {
    auto found = co_await session_of(with.sessions, shown->text);
    if (!found) co_return response(problem_of(found.error()));
    live = std::move(*found);
  }
  if (!live) {
    if (info.access == access::anybody) co_return std::nullopt;
    response refused(not_authenticated());
    refused.header("WWW-Authenticate", "Bearer");
    co_return std::optional<response>(std::move(refused));
  }
  if (shown->from_cookie && changes_something(in.method) && !info.cross_site) {
    const auto sent = in.header("x-foyer-csrf");
    const bool right = sent && equal_in_constant_time(*sent, csrf_of(with.secret, shown->text));
    if (!right || !from_own_pages(in, with.site))
      co_return response(problem_of(refusal{errc::csrf_required}));
  }
  auto who = caller_from(std::move(live));
  const auto& known = *who;
  in.caller = std::move(who);
  if (info.access == access::login && !known.account)
    co_return response(problem_of(refusal{errc::login_required}));
  if (info.access == access::staff) co_return co_await check_role(with, in, known);
  co_return std::nullopt;
}

} // namespace

void install_gate(router& to, gate_services& with) {
  to.set_gate([&with](request& in) { return pass(with, in); });
}

std::optional<shown_token> token_of(const request& in, const site& own) {
  if (const auto token = in.bearer()) return shown_token{*token, false};
  if (const auto token = in.cookie(own.session_cookie)) return shown_token{*token, true};
  return std::nullopt;
}

std::string csrf_of(const server_secret& secret, std::string_view session_token) {
  return base64url(secret.derive("csrf", session_token));
}

void append_session_fields(json::writer& out, const session::record& of, time_point last_used,
                           const session::limits& with, std::string_view csrf,
                           const std::optional<std::string>& token) {
  auto end = of.expires_at;
  if (of.staff()) end = std::min(end, of.created_at + with.staff_absolute);
  out.field("id", of.id).field("assurance", of.login ? "login" : "space");
  out.field_if("household_id", of.household).field("csrf", csrf).field_if("token", token);
  out.field("expires_at", end).field("created_at", of.created_at).field("last_used_at", last_used);
  out.field("device", of.device).field("address", of.address);
}

void set_session_cookie(response& to, const site& own, const std::string& token, const session_row& of) {
  const auto life = std::chrono::floor<std::chrono::seconds>(of.expires_at - of.created_at);
  to.cookie(own.session_cookie, token, of.remembered ? life : std::chrono::seconds{-1}, own.secure);
}

void clear_session_cookie(response& to, const site& own) {
  to.cookie(own.session_cookie, "", std::chrono::seconds{0}, own.secure);
}

std::optional<problem> password_too_old(const caller& who, const session::store& sessions) {
  auto now_known = who.live->of;
  now_known.password_at = who.live->password_at.load();
  if (session::password_is_fresh(now_known, sessions.now(), sessions.lifetimes())) return std::nullopt;
  return problem_of(refusal{errc::reauthentication_required});
}

} // namespace foyer::http
