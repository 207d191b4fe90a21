#include "http/account_json.hpp"

#include "actors/runtime/ask.hpp"
#include "http/problem.hpp"
#include "http/session.hpp"

namespace foyer::http {

namespace asio = boost::asio;

void append_account(json::writer& out, const account::state& of) {
  out.begin_object().field("id", of.id).field("username", of.username).field("email", of.email);
  out.field("first_name", of.first_name).field("last_name", of.last_name).field("locale", of.locale);
  out.field_if("birth_date", of.birth_date);
  if (!of.website.empty()) out.field("website", of.website);
  out.field("newsletter", of.newsletter).field("two_factor", false).field("created_at", of.created_at);
  out.field("version", of.version).end_object();
}

std::string account_json(const account::state& of) {
  std::string body;
  json::writer out(body);
  append_account(out, of);
  return body;
}

asio::awaitable<outcome<std::string>> session_json(account_services& with, session::session_ptr of,
                                                   std::string token, bool told) {
  const auto& record = of->of;
  std::optional<account::state> owner;
  if (record.account) {
    auto view = co_await runtime::ask_entity(with.accounts, *record.account, account::get_view{});
    if (!view) co_return view.error();
    owner = std::move(*view);
  }
  std::vector<std::pair<std::string, organisation::role>> roles;
  if (record.owner) {
    for (const auto& [id, role] : record.owner->roles) {
      auto at = with.organisations.find(id);
      if (!at) {
        const auto read = co_await runtime::await_reply<organisation::snapshot_ptr>(
            [&with, id = id](reply<organisation::snapshot_ptr> back) {
              with.organisations.fetch(id, std::move(back));
            });
        if (!read) co_return read.error();
        at = *read;
      }
      roles.emplace_back(at->slug, role);
    }
  }
  std::string body;
  json::writer out(body);
  out.begin_object();
  append_session_fields(out, record, of->last_used.load(), with.sessions.lifetimes(),
                        csrf_of(with.supplier.secret(), token), told ? std::optional{token} : std::nullopt);
  out.key("account");
  if (owner)
    append_account(out, *owner);
  else
    out.null();
  out.key("roles").begin_array();
  for (const auto& [slug, role] : roles)
    out.begin_object().field("organisation", slug).field("role", organisation::to_string(role)).end_object();
  out.end_array().end_object();
  co_return body;
}

asio::awaitable<response> opened_response(account_services& with, session::fresh opened, bool token_mode) {
  const auto hash = opened.row.token_hash;
  const auto live = co_await runtime::await_reply<session::session_ptr>(
      [&](reply<session::session_ptr> back) { with.sessions.load(hash, std::move(back)); });
  if (!live) co_return problem_of(live.error());
  if (!*live) co_return problem_of(refusal{errc::unavailable});
  auto body = co_await session_json(with, *live, opened.token, token_mode);
  if (!body) co_return problem_of(body.error());
  auto out = json_response(201, std::move(*body));
  if (!token_mode) set_session_cookie(out, with.site, opened.token, opened.row);
  co_return out;
}

std::string no_session_json() {
  std::string body;
  json::writer out(body);
  out.begin_object().key("id").null().key("assurance").null().key("account").null().key("csrf").null();
  out.key("roles").begin_array().end_array().end_object();
  return body;
}

} // namespace foyer::http
