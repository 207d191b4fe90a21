#include "actors/vocabulary/text.hpp"
#include "http/account_flow.hpp"
#include "http/account_json.hpp"
#include "http/bind.hpp"
#include "http/public/account_routes.hpp"
#include "http/session.hpp"

namespace foyer::http {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

constexpr std::chrono::seconds device_known_for = std::chrono::hours{24 * 365};

struct login_form {
  std::string login;
  std::string password;
  bool remember = false;
  bool token_mode = false;
};

login_form read_login(const json::object& form) {
  login_form out;
  out.login = form.text("login", {.max = 320});
  out.password = form.text("password", {.max = 1000});
  // Taken, so that a client may always send the field; accounts without a second factor don't need it.
  (void)form.optional_text("totp", {.max = 20});
  out.remember = form.boolean_or("remember", false);
  out.token_mode = form.optional_choice("mode", {"cookie", "token"}).value_or(0) == 1;
  return out;
}

// A3: the right password of an unconfirmed account sends a fresh link.
asio::awaitable<response> unconfirmed(account_services& with, account::state of) {
  if (!with.throttle.take(budget::mails, of.email_key, throttle::steady::now())) {
    account::resend_confirmation command;
    command.with = with.supplier.fresh();
    const auto answer = co_await ask_entity(with.accounts, of.id, std::move(command));
    if (!answer) co_return problem_of(answer.error());
  }
  co_return problem_of(refusal{errc::email_unconfirmed});
}

asio::awaitable<response> open_session(account_services& with, const request& in, login_form form,
                                       account::state of, password::verdict verdict) {
  const auto opened = with.sessions.prepare_login(of.id, form.remember, false,
                                                  session::device_of(in.header("user-agent").value_or("")),
                                                  std::string{in.remote_address});
  account::begin_session command;
  command.verified_against = of.password_hash;
  command.rehashed = std::move(verdict.rehashed);
  command.session = opened.row;
  const auto answer = co_await ask_entity(with.accounts, of.id, std::move(command));
  if (!answer) co_return problem_of(answer.error());
  auto told = co_await opened_response(with, opened, form.token_mode);
  if (told.status == 201 && !form.token_mode && !known_device(with, in, of.id))
    told.cookie(with.site.device_cookie, device_cookie_for(with, of.id), device_known_for, with.site.secure);
  co_return told;
}

asio::awaitable<response> post_session(account_services& with, request& in) {
  json::reader body(in);
  const auto form = read_login(*body);
  if (auto bad = body.finish()) co_return *bad;
  // A page of somebody else must not log a visitor in as its own user.
  if (!form.token_mode && !from_own_pages(in, with.site)) co_return problem_of(refusal{errc::csrf_required});

  const auto found = co_await find_by_login(with, form.login);
  if (!found) co_return problem_of(found.error());
  auto key = guess_key(*found, form.login);
  if (*found) key = known_device(with, in, **found).value_or(std::move(key));
  guess attempt(with, in, std::move(key));
  if (attempt.refused) co_return *attempt.refused;

  account::state of;
  if (*found) {
    auto view = co_await ask_entity(with.accounts, **found, account::get_view{});
    if (!view && view.error().code != errc::not_found) co_return problem_of(view.error());
    if (view) of = std::move(*view);
  }
  const auto verdict = co_await verify_password(with, form.password, of.password_hash);
  if (!verdict) co_return problem_of(verdict.error());
  if (!verdict->matches) co_return problem_of(refusal{errc::invalid_credentials});
  attempt.right();
  if (of.pending()) co_return co_await unconfirmed(with, std::move(of));
  const auto* former = caller_of(in);
  if (!form.token_mode && former != nullptr) {
    // The browser forgets the former session with its cookie.
    const auto live = former->live;
    (void)co_await await_reply<done>(
        [&](reply<done> back) { with.sessions.end(live->of.id, live->of.token_hash, std::move(back)); });
  }
  co_return co_await open_session(with, in, form, std::move(of), *verdict);
}

asio::awaitable<response> get_session(account_services& with, request& in) {
  const auto* who = caller_of(in);
  const auto shown = token_of(in, with.site);
  if (who == nullptr || !shown) co_return json_response(200, no_session_json());
  auto body = co_await session_json(with, who->live, std::string{shown->text}, false);
  if (!body) co_return problem_of(body.error());
  co_return json_response(200, std::move(*body));
}

asio::awaitable<response> delete_session(account_services& with, request& in) {
  if (const auto* who = caller_of(in)) {
    const auto live = who->live;
    const auto answer = co_await await_reply<done>(
        [&](reply<done> back) { with.sessions.end(live->of.id, live->of.token_hash, std::move(back)); });
    if (!answer) co_return problem_of(answer.error());
  }
  auto out = no_content();
  if (in.cookie(with.site.session_cookie)) clear_session_cookie(out, with.site);
  // Whatever of the person a browser may have stored goes, the tickets' copies included.
  out.header("Clear-Site-Data", "\"cache\", \"storage\"");
  co_return out;
}

asio::awaitable<response> post_reauthentication(account_services& with, request& in) {
  json::reader body(in);
  const auto password = body->text("password", {.max = 1000});
  if (auto bad = body.finish()) co_return *bad;
  const auto* who = caller_of(in);
  const auto whose = who->account->id;
  guess attempt(with, in, known_device(with, in, whose).value_or("account:" + to_string(whose)));
  if (attempt.refused) co_return *attempt.refused;
  const auto view = co_await ask_entity(with.accounts, whose, account::get_view{});
  if (!view) co_return problem_of(view.error());
  const auto verdict = co_await verify_password(with, password, view->password_hash);
  if (!verdict) co_return problem_of(verdict.error());
  if (!verdict->matches) co_return problem_of(refusal{errc::invalid_credentials});
  attempt.right();
  const auto live = who->live;
  const auto answer = co_await await_reply<done>(
      [&](reply<done> back) { with.sessions.reauthenticated(live, std::move(back)); });
  if (!answer) co_return problem_of(answer.error());
  co_return no_content();
}

} // namespace

void add_session_routes(router& to, account_services& with) {
  to.add(verb::post, "/api/v1/sessions", bind<post_session>(with), {.operation = "log_in"});
  to.add(verb::get, "/api/v1/session", bind<get_session>(with), {.operation = "get_session"});
  to.add(verb::delete_, "/api/v1/session", bind<delete_session>(with), {.operation = "log_out"});
  to.add(verb::post, "/api/v1/session/reauthentication", bind<post_reauthentication>(with),
         {.operation = "reauthenticate", .access = access::login});
}

} // namespace foyer::http
