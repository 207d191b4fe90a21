#include "http/buyer/me_routes.hpp"

#include "http/account_flow.hpp"
#include "http/account_json.hpp"
#include "http/bind.hpp"
#include "http/list_json.hpp"
#include "http/session.hpp"
#include "http/version.hpp"

namespace foyer::http::buyer {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

asio::awaitable<response> get_me(account_services& with, request& in) {
  const auto view = co_await ask_entity(with.accounts, account_of(in)->id, account::get_view{});
  if (!view) co_return problem_of(view.error());
  co_return record_response(200, account_json(*view), view->version);
}

std::optional<std::string> name_in(const json::object& form, std::string_view field) {
  if (!form.has(field)) return std::nullopt;
  return form.text(field, json::a_name);
}

asio::awaitable<response> patch_me(account_services& with, request& in) {
  json::reader body(in);
  const auto whose = account_of(in)->id;
  problem read_only = problem_of(refusal{errc::read_only});
  for (const auto* field : {"username", "email"}) {
    if (!body->has(field)) continue;
    body->refuse(field);
    read_only.errors.push_back({std::string("/") + field, "read_only"});
  }
  account::update_profile command;
  command.first_name = name_in(*body, "first_name");
  command.last_name = name_in(*body, "last_name");
  if (const auto locale = body->optional_choice("locale", {"fr", "en"}))
    command.locale = *locale == 0 ? "fr" : "en";
  const bool clears_website = body->has("website") && body->is_null("website");
  command.website = body->optional_text("website", {.min = 0, .max = 300});
  if (clears_website) command.website = "";
  if (command.website && !command.website->empty() && !is_web_address(*command.website))
    body->note("website", "invalid");
  command.newsletter = body->optional_boolean("newsletter");
  auto bad = body.finish();
  if (!read_only.errors.empty()) co_return read_only;
  if (bad) co_return *bad;
  const auto version = expected_version(in);
  if (!version) co_return problem_of(version.error());
  command.expected_version = *version;
  const auto answer = co_await ask_entity(with.accounts, whose, std::move(command));
  if (!answer) co_return problem_of(answer.error());
  with.sessions.forget(whose, std::nullopt); // what they know of the account is old
  co_return record_response(200, account_json(*answer), answer->version);
}

// The present password, asked for in the body of a change. Gives the hash that it matched.
asio::awaitable<outcome<std::string>> check_password(account_services& with, const request& in,
                                                     account::state of, std::string password) {
  guess attempt(with, in, known_device(with, in, of.id).value_or("account:" + to_string(of.id)));
  if (attempt.refused) {
    refusal why{errc::rate_limited};
    if (attempt.refused->retry_after) why.retry_after_seconds = attempt.refused->retry_after->count();
    co_return why;
  }
  const auto verdict = co_await verify_password(with, std::move(password), of.password_hash);
  if (!verdict) co_return verdict.error();
  if (!verdict->matches) co_return errc::invalid_credentials;
  attempt.right();
  co_return of.password_hash;
}

asio::awaitable<response> put_password(account_services& with, request& in) {
  json::reader body(in);
  const auto current = body->text("current", {.max = 1000});
  const auto wanted = body->text("new", {.max = 1000});
  if (auto bad = body.finish()) co_return *bad;
  const auto* who = caller_of(in);
  const auto whose = who->account->id;
  const auto view = co_await ask_entity(with.accounts, whose, account::get_view{});
  if (!view) co_return problem_of(view.error());
  if (auto weak = weak_password(with, "/new", wanted, who->live->of.staff(), personal_words(*view)))
    co_return *weak;
  const auto verified = co_await check_password(with, in, *view, current);
  if (!verified) co_return problem_of(verified.error());
  auto hash = co_await hash_password(with, wanted);
  if (!hash) co_return problem_of(hash.error());
  account::change_password command;
  command.verified_against = *verified;
  command.new_hash = std::move(*hash);
  command.keep = who->session;
  command.from = {session::device_of(in.header("user-agent").value_or("")), std::string{in.remote_address}};
  command.with = with.supplier.fresh();
  const auto answer = co_await ask_entity(with.accounts, whose, std::move(command));
  if (!answer) co_return problem_of(answer.error());
  with.sessions.forget(whose, who->session);
  const auto live = who->live;
  (void)co_await await_reply<done>(
      [&](reply<done> back) { with.sessions.reauthenticated(live, std::move(back)); });
  co_return no_content();
}

asio::awaitable<response> post_email_change(account_services& with, request& in) {
  const floor_timer floor(answer_floor_with_hash);
  json::reader body(in);
  const auto typed = body->text("new_email", {.max = 320});
  const auto address = parse_email(typed);
  if (!address && !typed.empty()) body->note("new_email", "invalid");
  const auto password = body->text("password", {.max = 1000});
  if (auto bad = body.finish()) co_return *bad;
  const auto whose = account_of(in)->id;
  const auto view = co_await ask_entity(with.accounts, whose, account::get_view{});
  if (!view) co_return problem_of(view.error());
  const auto verified = co_await check_password(with, in, *view, password);
  if (!verified) co_return problem_of(verified.error());
  if (auto refused = refuse_mail(with, in, address->key)) co_return *refused;
  const auto owner = co_await find_by_email(with, address->key);
  if (!owner) co_return problem_of(owner.error());
  outcome<done> answer = done{};
  if (*owner && **owner != whose) {
    // Somebody has this address already: they hear of it, and the answer is the same.
    account::register_again tell;
    tell.with = with.supplier.fresh();
    answer = co_await ask_entity(with.accounts, **owner, std::move(tell));
  } else {
    account::request_email_change command;
    command.email = *address;
    command.verified_against = *verified;
    command.with = with.supplier.fresh();
    answer = co_await ask_entity(with.accounts, whose, std::move(command));
  }
  co_await floor.wait();
  if (!answer) co_return problem_of(answer.error());
  co_return json_response(202, R"({"status":"confirmation_sent"})");
}

asio::awaitable<outcome<std::vector<session::record>>> sessions_of(account_services& with, account_id whose) {
  using records = std::vector<session::record>;
  co_return co_await await_reply<records>(
      [&](reply<records> back) { with.sessions.list(whose, std::move(back)); });
}

asio::awaitable<response> get_sessions(account_services& with, request& in) {
  const auto* who = caller_of(in);
  const auto all = co_await sessions_of(with, who->account->id);
  if (!all) co_return problem_of(all.error());
  const auto append = [who](json::writer& out, const session::record& each) {
    out.begin_object().field("id", each.id).field("current", each.id == who->session);
    out.field("device", each.device).field("address", each.address).field("remembered", each.remembered);
    out.field("created_at", each.created_at).field("last_used_at", each.last_used_at);
    out.field("expires_at", each.expires_at).end_object();
  };
  co_return json_response(200, list_json(*all, append));
}

asio::awaitable<response> delete_one_session(account_services& with, request& in) {
  const auto wanted = parse_uuid(in.parameter("id"));
  if (!wanted) co_return not_found();
  const auto all = co_await sessions_of(with, account_of(in)->id);
  if (!all) co_return problem_of(all.error());
  for (const auto& each : *all) {
    if (each.id.value != *wanted) continue;
    const auto answer = co_await await_reply<done>(
        [&](reply<done> back) { with.sessions.end(each.id, each.token_hash, std::move(back)); });
    if (!answer) co_return problem_of(answer.error());
    co_return no_content();
  }
  co_return not_found();
}

asio::awaitable<response> delete_other_sessions(account_services& with, request& in) {
  const auto* who = caller_of(in);
  // Else whoever finds an open browser could lock its owner out everywhere else.
  if (auto refused = password_too_old(*who, with.sessions)) co_return *refused;
  const auto answer = co_await await_reply<done>(
      [&](reply<done> back) { with.sessions.end_all(who->account->id, who->session, std::move(back)); });
  if (!answer) co_return problem_of(answer.error());
  co_return no_content();
}

route_info info(std::string_view operation) {
  return {.operation = operation, .access = access::login, .group = "buyer"};
}

} // namespace

void add_me_routes(router& to, account_services& with) {
  to.add(verb::get, "/api/v1/me", bind<get_me>(with), info("get_me"));
  to.add(verb::patch, "/api/v1/me", bind<patch_me>(with), info("change_me"));
  to.add(verb::put, "/api/v1/me/password", bind<put_password>(with), info("change_password"));
  to.add(verb::post, "/api/v1/me/email-change", bind<post_email_change>(with), info("request_email_change"));
  to.add(verb::get, "/api/v1/me/sessions", bind<get_sessions>(with), info("list_sessions"));
  to.add(verb::delete_, "/api/v1/me/sessions", bind<delete_other_sessions>(with), info("end_other_sessions"));
  to.add(verb::delete_, "/api/v1/me/sessions/{id}", bind<delete_one_session>(with), info("end_session"));
}

} // namespace foyer::http::buyer
