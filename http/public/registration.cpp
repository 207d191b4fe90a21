#include "http/public/registration.hpp"

#include "actors/account/username.hpp"
#include "http/account_flow.hpp"
#include "http/account_json.hpp"

#include <array>

namespace foyer::http {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

constexpr std::string_view email_constraint = "accounts_email_key_key";
constexpr std::string_view username_constraint = "accounts_username_key_key";
// How often somebody else may take the username that was free a moment ago.
constexpr int username_tries = 8;

bool is_conflict(const outcome<done>& answer, std::string_view constraint) {
  return !answer && answer.error().code == errc::conflict && answer.error().detail == constraint;
}

struct registration {
  account::register_new command;
  std::string password;
  std::optional<std::string> username;
  std::string org;
  bool token_mode = false;
};

registration read_registration(const json::object& form, time_point now) {
  registration out;
  auto& to = out.command;
  const auto email = form.text("email", {.max = 320});
  if (const auto address = parse_email(email))
    to.email = *address;
  else if (!email.empty())
    form.note("email", "invalid");
  out.password = form.text("password", {.max = 1000});
  to.first_name = form.text("first_name", json::a_name);
  to.last_name = form.text("last_name", json::a_name);
  out.username = form.optional_text("username", {.max = 100});
  if (out.username && !account::is_username(*out.username)) form.note("username", "invalid");
  to.birth_date = form.optional_date("birth_date");
  const auto today = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(now)};
  if (to.birth_date && (*to.birth_date > today || age_on(*to.birth_date, today) > 130))
    form.note("birth_date", "out_of_range");
  if (const auto locale = form.optional_choice("locale", {"fr", "en"}))
    to.locale = *locale == 0 ? "fr" : "en";
  to.website = form.optional_text("website", {.max = 300}).value_or("");
  if (!to.website.empty() && !is_web_address(to.website)) form.note("website", "invalid");
  to.newsletter = form.boolean_or("newsletter", false);
  out.org = form.optional_text("org", {.max = 63}).value_or("");
  out.token_mode = form.optional_choice("mode", {"cookie", "token"}).value_or(0) == 1;
  return out;
}

asio::awaitable<outcome<std::set<std::string>>> usernames_like(account_services& with, std::string base) {
  co_return co_await await_reply<std::set<std::string>>(
      [&](reply<std::set<std::string>> back) { with.finder.usernames_like(base, std::move(back)); });
}

// The next that is free (A8). Who lost it twice chooses among more: others of that name register at the same
// time.
std::string next_username(const std::string& base, std::optional<int> year, std::set<std::string> taken,
                          int tries) {
  auto name = account::free_username(base, year, taken);
  if (tries < 2) return name;
  std::array<std::uint8_t, 1> random{};
  fill_random(random);
  for (auto skip = random[0] % (2U << tries); skip > 0; --skip) {
    taken.insert(name);
    name = account::free_username(base, year, taken);
  }
  return name;
}

// Registers a new account under the next username that is free (A8). The answer may be the conflict of the
// address.
asio::awaitable<outcome<done>> insert(account_services& with, account::register_new command,
                                      std::optional<std::string> chosen) {
  const auto base = account::username_base(command.first_name, command.last_name);
  const auto year =
      command.birth_date ? std::optional{static_cast<int>(command.birth_date->year())} : std::nullopt;
  for (int tries = 0;; ++tries) {
    command.with = with.supplier.fresh();
    if (chosen) {
      command.username = *chosen;
    } else {
      const auto taken = co_await usernames_like(with, base);
      if (!taken) co_return taken.error();
      command.username = next_username(base, year, *taken, tries);
    }
    const account_id fresh{new_uuid(account::unix_ms(command.with.at))};
    auto answer = co_await ask_entity(with.accounts, fresh, command);
    if (!is_conflict(answer, username_constraint)) co_return answer;
    if (chosen) co_return errc::username_taken;
    if (tries == username_tries) co_return errc::unavailable;
  }
}

// An address that is there already: its owner gets a mail, unless they got enough of them.
asio::awaitable<outcome<done>> tell_owner(account_services& with, account_id whose, std::string email_key) {
  if (with.throttle.take(budget::mails, email_key, throttle::steady::now())) co_return done{};
  account::register_again command;
  command.with = with.supplier.fresh();
  co_return co_await ask_entity(with.accounts, whose, std::move(command));
}

asio::awaitable<outcome<done>> register_account(account_services& with, registration form) {
  auto known = co_await find_by_email(with, form.command.email.key);
  if (!known) co_return known.error();
  const auto key = form.command.email.key;
  if (!*known) {
    (void)with.throttle.take(budget::mails, key, throttle::steady::now());
    auto answer = co_await insert(with, std::move(form.command), form.username);
    if (!is_conflict(answer, email_constraint)) co_return answer;
    known = co_await find_by_email(with, key); // registered at the same time
    if (!known) co_return known.error();
    if (!*known) co_return errc::unavailable;
  }
  co_return co_await tell_owner(with, **known, key);
}

// What stands on the registering browser, for the confirmation (A2).
response registered(const account_services& with, const registration& form, const std::string& token) {
  std::string body;
  json::writer out(body);
  out.begin_object().field("status", "confirmation_sent");
  if (form.token_mode) out.field("registration_token", token);
  out.end_object();
  auto answer = json_response(202, std::move(body));
  if (!form.token_mode) {
    const auto kept =
        std::chrono::floor<std::chrono::seconds>(with.settings.accounts.unconfirmed_removed_after);
    answer.cookie(with.site.registration_cookie, token, kept, with.site.secure);
  }
  return answer;
}

} // namespace

asio::awaitable<response> post_account(account_services& with, request& in) {
  const floor_timer floor(answer_floor_with_hash);
  json::reader body(in);
  auto form = read_registration(*body, with.supplier.now());
  if (auto bad = body.finish()) co_return *bad;

  auto& command = form.command;
  std::vector<std::string> personal{command.email.shown,
                                    command.email.shown.substr(0, command.email.shown.find('@')),
                                    form.username.value_or(""), command.first_name + command.last_name};
  if (!form.org.empty()) {
    auto at = with.organisations.find(form.org);
    if (!at) {
      auto read =
          co_await await_reply<organisation::snapshot_ptr>([&](reply<organisation::snapshot_ptr> back) {
            with.organisations.fetch(form.org, std::move(back));
          });
      if (!read && read.error().code == errc::not_found) co_return invalid("/org", "invalid");
      if (!read) co_return problem_of(read.error());
      at = *read;
    }
    command.organisation = at->id;
    if (command.locale.empty()) command.locale = at->locale;
    personal.push_back(at->name);
  }
  if (command.locale.empty()) command.locale = "fr";
  if (auto weak = weak_password(with, "/password", form.password, false, personal)) co_return *weak;
  const auto client = client_key(in.remote_address);
  if (form.username) {
    // Before the address is looked at, so that the answer tells nothing about it.
    address_guess look(with, in);
    if (look.refused) co_return *look.refused;
    const auto taken = co_await find_by_login(with, *form.username);
    if (!taken) co_return problem_of(taken.error());
    if (*taken) co_return problem_of(refusal{errc::username_taken});
    look.right();
  }
  if (const auto wait = with.throttle.take(budget::registrations, client, throttle::steady::now()))
    co_return rate_limited(*wait);
  auto hash = co_await hash_password(with, std::move(form.password));
  if (!hash) co_return problem_of(hash.error());
  command.password_hash = std::move(*hash);
  std::array<std::uint8_t, 32> bytes{};
  fill_random(bytes);
  const auto token = base64url(bytes);
  command.registration_hash = sha256(token);

  const auto answer = co_await register_account(with, form);
  co_await floor.wait();
  if (!answer) co_return problem_of(answer.error());
  co_return registered(with, form, token);
}

asio::awaitable<response> post_correction(account_services& with, request& in) {
  const floor_timer floor(answer_floor_with_hash);
  json::reader body(in);
  const auto typed = body->text("email", {.max = 320});
  auto password = body->text("password", {.max = 1000});
  const auto address = parse_email(body->text("new_email", {.max = 320}));
  if (!address) body->note("new_email", "invalid");
  if (auto bad = body.finish()) co_return *bad;
  if (auto refused = refuse_mail(with, in, address->key)) co_return *refused;

  const auto found = co_await find_by_login(with, typed);
  if (!found) co_return problem_of(found.error());
  guess attempt(with, in, guess_key(*found, typed));
  if (attempt.refused) co_return *attempt.refused;
  std::string stored;
  if (*found) {
    const auto view = co_await ask_entity(with.accounts, **found, account::get_view{});
    if (!view && view.error().code != errc::not_found) co_return problem_of(view.error());
    if (view) stored = view->password_hash;
  }
  const auto verdict = co_await verify_password(with, std::move(password), stored);
  if (!verdict) co_return problem_of(verdict.error());
  if (verdict->matches) {
    attempt.right();
    account::correct_address command;
    command.email = *address;
    command.verified_against = stored;
    command.with = with.supplier.fresh();
    auto answer = co_await ask_entity(with.accounts, **found, std::move(command));
    if (is_conflict(answer, email_constraint)) {
      // The new address has an account of its own: its owner hears of it, nothing else happens.
      const auto owner = co_await find_by_email(with, address->key);
      if (!owner) co_return problem_of(owner.error());
      if (*owner) {
        account::register_again tell;
        tell.with = with.supplier.fresh();
        answer = co_await ask_entity(with.accounts, **owner, std::move(tell));
      }
    }
    if (!answer) co_return problem_of(answer.error());
  }
  co_await floor.wait();
  co_return json_response(202, R"({"status":"confirmation_sent"})");
}

} // namespace foyer::http
