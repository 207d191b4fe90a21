#pragma once

#include "actors/runtime/ask.hpp"
#include "http/account_services.hpp"
#include "http/json/reader.hpp"
#include "http/problem.hpp"
#include "http/request.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>

// Steps that several routes about accounts share.

namespace foyer::http {

using found_account = std::optional<account_id>;

/// The account of a login as typed: an e-mail address where it has an @, else a username (A6).
boost::asio::awaitable<outcome<found_account>> find_by_login(account_services& with, std::string typed);
boost::asio::awaitable<outcome<found_account>> find_by_email(account_services& with, std::string email_key);

/// In the pool, never here. An empty `stored` costs the same and never matches.
boost::asio::awaitable<outcome<password::verdict>> verify_password(account_services& with,
                                                                   std::string password, std::string stored);
boost::asio::awaitable<outcome<std::string>> hash_password(account_services& with, std::string password);

/// 422 password_too_weak with the reason, or nothing.
std::optional<problem> weak_password(const account_services& with, std::string_view field,
                                     const std::string& password, bool staff,
                                     std::span<const std::string> personal);
/// What a password must not be, for an account that is there.
std::vector<std::string> personal_words(const account::state& of);

/// An http or https address, as a profile may show one.
bool is_web_address(std::string_view text);

/// One guess at a password, counted before the check for the account (or for a device that the account
/// knows), and for the client's address. `refused` is the answer 429.
class guess {
public:
  guess(account_services& with, const request& in, std::string account_key);
  std::optional<problem> refused;
  /// It was right: takes back what was counted.
  void right();

private:
  account_services& with_;
  std::string client_;
  std::string key_;
  throttle::steady::time_point at_;
};
/// One guess at a code or link, counted for the client's address.
class address_guess {
public:
  address_guess(account_services& with, const request& in);
  std::optional<problem> refused;
  void right();

private:
  account_services& with_;
  std::string client_;
  throttle::steady::time_point at_;
};

/// Counts a mail that somebody without a login asks for, to whatever address: for the client, so that one
/// can't have mails sent to the whole world, and for the address. Set: the answer 429, the same whether the
/// address is known.
std::optional<problem> refuse_mail(account_services& with, const request& in, std::string_view email_key);

/// The key under which guesses at the password of a login are counted: of its account, or of what was typed
/// where there is none. Spellings that would find the same account share it, else they would tell whether
/// there is one (A9).
std::string guess_key(const found_account& found, std::string_view typed);

/// Whose browser this is, by the device cookie: the key under which its guesses are counted, or none.
std::optional<std::string> known_device(const account_services& with, const request& in,
                                        const account_id& of);
/// The cookie's value for a device that has just logged in.
std::string device_cookie_for(const account_services& with, const account_id& of);

/// Answers wait until this long after the request came, so that their time does not tell whether the address
/// is known. Longer than the work takes: some queries and a commit, and a hash where there is one.
inline constexpr std::chrono::milliseconds answer_floor{100};
inline constexpr std::chrono::milliseconds answer_floor_with_hash{200};

class floor_timer {
public:
  explicit floor_timer(std::chrono::milliseconds floor) : until_(std::chrono::steady_clock::now() + floor) {}
  boost::asio::awaitable<void> wait() const;

private:
  std::chrono::steady_clock::time_point until_;
};

/// The answer of `work`; a refusal waits for answer_floor. For codes that are typed beside an address: a
/// wrong one is counted, which is a commit, where there is somebody, and there is nothing to count where
/// there is nobody.
boost::asio::awaitable<response> refuse_late(boost::asio::awaitable<response> work);

/// The proof that a body shows: {"token"} or {"email", "code"}. Notes what is missing on the form.
struct shown_proof {
  std::optional<std::string> token;
  std::optional<email_address> email;
  std::string email_typed;
  std::string code;
};
shown_proof read_proof(const json::object& form);

/// Whose proof it is, as the account's commands take it.
struct located_proof {
  account_id whose;
  account::proof proof;
};
/// Refused: token_unknown.
boost::asio::awaitable<outcome<located_proof>> locate(account_services& with, token_purpose purpose,
                                                      shown_proof shown);

/// A refusal among the answers of proven commands.
std::optional<problem> refusal_in(const outcome<account::proven>& answer);

} // namespace foyer::http
