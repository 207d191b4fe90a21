#include "http/account_flow.hpp"

#include "actors/account/username.hpp"
#include "actors/vocabulary/text.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>

namespace foyer::http {
namespace {

namespace asio = boost::asio;
using runtime::await_reply;

std::string device_mac(const account_services& with, std::string_view account, std::string_view device) {
  const auto mac = with.supplier.secret().derive("device", std::string(account).append(".").append(device));
  return base64url(mac).substr(0, 22); // 132 bits
}

} // namespace

asio::awaitable<outcome<found_account>> find_by_email(account_services& with, std::string email_key) {
  co_return co_await await_reply<found_account>(
      [&with, &email_key](reply<found_account> back) { with.finder.by_email(email_key, std::move(back)); });
}

asio::awaitable<outcome<found_account>> find_by_login(account_services& with, std::string typed) {
  if (typed.find('@') != std::string::npos) {
    const auto address = parse_email(typed);
    if (!address) co_return found_account{};
    co_return co_await find_by_email(with, address->key);
  }
  const auto name = trimmed(typed);
  if (!account::is_username(name)) co_return found_account{};
  const auto key = account::username_key(name);
  co_return co_await await_reply<found_account>(
      [&with, &key](reply<found_account> back) { with.finder.by_username(key, std::move(back)); });
}

asio::awaitable<outcome<password::verdict>> verify_password(account_services& with, std::string password,
                                                            std::string stored) {
  co_return co_await await_reply<password::verdict>([&](reply<password::verdict> back) {
    with.hashes.verify(std::move(password), std::move(stored), std::move(back));
  });
}

asio::awaitable<outcome<std::string>> hash_password(account_services& with, std::string password) {
  co_return co_await await_reply<std::string>(
      [&](reply<std::string> back) { with.hashes.hash(std::move(password), std::move(back)); });
}

std::optional<problem> weak_password(const account_services& with, std::string_view field,
                                     const std::string& password, bool staff,
                                     std::span<const std::string> personal) {
  const auto& rules = with.settings.security;
  password::policy policy;
  policy.length_min = static_cast<std::size_t>(staff ? rules.password_min_staff : rules.password_min);
  policy.length_max = static_cast<std::size_t>(rules.password_max);
  const auto why = password::check(password, policy, personal);
  if (why == password::weakness::none) return std::nullopt;
  auto refused = unprocessable("password_too_weak");
  refused.errors.push_back({std::string(field), std::string(password::to_string(why))});
  return refused;
}

std::vector<std::string> personal_words(const account::state& of) {
  return {of.email, of.email.substr(0, of.email.find('@')), of.username, of.first_name + of.last_name};
}

bool is_web_address(std::string_view text) {
  const auto rest = text.starts_with("https://")  ? text.substr(8)
                    : text.starts_with("http://") ? text.substr(7)
                                                  : "";
  return !rest.empty() && rest.find_first_of(" \"<>\\") == std::string_view::npos;
}

guess::guess(account_services& with, const request& in, std::string account_key)
    : with_(with), client_(client_key(in.remote_address)), key_(std::move(account_key)),
      at_(throttle::steady::now()) {
  auto wait = with_.throttle.take(budget::address_failures, client_, at_);
  if (!wait) {
    wait = with_.throttle.attempt(key_, at_);
    // Refused, it was no guess.
    if (wait) with_.throttle.give_back(budget::address_failures, client_, at_);
  }
  if (wait) refused = rate_limited(*wait);
}

void guess::right() {
  with_.throttle.give_back(budget::address_failures, client_, at_);
  with_.throttle.succeeded(key_);
}

address_guess::address_guess(account_services& with, const request& in)
    : with_(with), client_(client_key(in.remote_address)), at_(throttle::steady::now()) {
  if (const auto wait = with_.throttle.take(budget::address_failures, client_, at_))
    refused = rate_limited(*wait);
}

void address_guess::right() {
  with_.throttle.give_back(budget::address_failures, client_, at_);
}

std::optional<problem> refuse_mail(account_services& with, const request& in, std::string_view email_key) {
  const auto now = throttle::steady::now();
  auto wait = with.throttle.take(budget::mail_requests, client_key(in.remote_address), now);
  if (!wait) wait = with.throttle.take(budget::mails, email_key, now);
  if (wait) return rate_limited(*wait);
  return std::nullopt;
}

std::string guess_key(const found_account& found, std::string_view typed) {
  if (found) return "account:" + to_string(*found);
  const auto address = parse_email(typed);
  return "login:" + (address ? address->key : fold_case(trimmed(typed)));
}

std::optional<std::string> known_device(const account_services& with, const request& in,
                                        const account_id& of) {
  const auto cookie = in.cookie(with.site.device_cookie);
  if (!cookie) return std::nullopt;
  const auto dot = cookie->find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto device = cookie->substr(0, dot);
  if (!equal_in_constant_time(cookie->substr(dot + 1), device_mac(with, to_string(of), device)))
    return std::nullopt;
  return "device:" + to_string(of) + ':' + std::string(device);
}

std::string device_cookie_for(const account_services& with, const account_id& of) {
  std::array<std::uint8_t, 16> bytes{};
  fill_random(bytes);
  const auto device = base64url(bytes);
  return device + '.' + device_mac(with, to_string(of), device);
}

asio::awaitable<void> floor_timer::wait() const {
  asio::steady_timer timer(co_await asio::this_coro::executor, until_);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<response> refuse_late(asio::awaitable<response> work) {
  constexpr int first_refusal = 400;
  const floor_timer floor(answer_floor);
  auto answer = co_await std::move(work);
  if (answer.status >= first_refusal) co_await floor.wait();
  co_return answer;
}

shown_proof read_proof(const json::object& form) {
  shown_proof out;
  out.token = form.optional_text("token", {.max = 100});
  const auto email = form.optional_text("email", {.max = 320});
  const auto code = form.optional_text("code", {.max = 20});
  if (out.token) return out;
  if (!email || !code) {
    form.note(email ? "code" : "token", "required");
    return out;
  }
  out.email_typed = trimmed(*email);
  out.email = parse_email(*email);
  if (!out.email) form.note("email", "invalid");
  for (const char c : *code)
    if (c >= '0' && c <= '9') out.code += c; // people type it in groups
  if (out.code.size() != 8) form.note("code", "invalid");
  return out;
}

asio::awaitable<outcome<located_proof>> locate(account_services& with, token_purpose purpose,
                                               shown_proof shown) {
  located_proof out;
  if (shown.token) {
    using owner = std::optional<account::token_owner>;
    const auto hash = sha256(*shown.token);
    const auto found =
        co_await await_reply<owner>([&](reply<owner> back) { with.finder.by_token(hash, std::move(back)); });
    if (!found) co_return found.error();
    if (!*found || (*found)->token.purpose != purpose || !(*found)->account) co_return errc::token_unknown;
    out.whose = *(*found)->account;
    out.proof.token = (*found)->token;
    co_return out;
  }
  outcome<found_account> whose = found_account{};
  if (purpose == token_purpose::email_change)
    whose = co_await await_reply<found_account>(
        [&](reply<found_account> back) { with.finder.by_new_email(shown.email_typed, std::move(back)); });
  else
    whose = co_await find_by_email(with, shown.email->key);
  if (!whose) co_return whose.error();
  if (!*whose) co_return errc::token_unknown;
  out.whose = **whose;
  out.proof.code_matches = [&secret = with.supplier.secret(), code = shown.code](const token_id& of) {
    return equal_in_constant_time(secret.code(of), code);
  };
  co_return out;
}

std::optional<problem> refusal_in(const outcome<account::proven>& answer) {
  if (!answer) return problem_of(answer.error());
  if (answer->refused) return problem_of(refusal{*answer->refused});
  return std::nullopt;
}

} // namespace foyer::http
