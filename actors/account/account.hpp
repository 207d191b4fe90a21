#pragma once

#include "actors/entity_step.hpp"
#include "actors/vocabulary/email.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// An account, one per human on the whole installation (A1 to A9): state, commands and the rules. Pure: time,
// ids, tokens and password hashes arrive inside commands.

namespace foyer::account {

enum class token_state { valid, used, replaced };

/// A link or code that was mailed. Kept for a while after its end, so that its user is told why it does not
/// work.
struct token {
  token_id id;
  token_purpose purpose = token_purpose::confirmation;
  token_state state = token_state::valid;
  int code_failures = 0;
  std::string subject; // email_change: the new address; email_undo: the one to go back to
  time_point created_at;
  time_point expires_at;
};

struct state {
  account_id id;
  std::int64_t version = 0; // 0: there is no such account
  std::string email;
  std::string email_key;
  std::string username;
  std::string username_key;
  std::string password_hash; // PHC; one that nothing matches until staff have chosen theirs
  std::string first_name;
  std::string last_name;
  std::optional<date> birth_date;
  std::string locale;
  std::string website;
  bool newsletter = false;
  bool active = false; // confirmed
  std::optional<organisation_id> registered_at;
  std::optional<sha256_hash> registration_hash; // of what the registering browser keeps (A2)
  time_point created_at;
  std::optional<time_point> confirmed_at;
  time_point password_changed_at;
  std::vector<token> tokens;
  // In memory only, for deadlines that are met twice while the commit of the first time is under way.
  bool reminded = false;
  bool removed = false;

  [[nodiscard]] bool exists() const noexcept { return version > 0; }
  [[nodiscard]] bool pending() const noexcept { return exists() && !active; }
};

/// The [accounts] section of the configuration.
struct lifetimes {
  duration confirmation{};
  duration removal{};  // A4, from the registration on
  duration reminder{}; // before it
  duration password_reset{};
  duration email_change{};
  duration email_undo{};
  duration invitation{};
  int code_tries = 5;
};

/// A token that may be given out: the database gets the hash of its text.
struct minted {
  token_id id;
  sha256_hash hash{};
};

/// What a decision can't make by itself. Made fresh for each command (supplier.hpp).
struct supplies {
  time_point at;
  lifetimes limits;
  minted token;
  minted second_token;
  mail_id mail;
  mail_id second_mail;
  deadline_id removal;
  deadline_id reminder;
};

/// Where a change came from, for the mail that tells the owner.
struct origin {
  std::string device;
  std::string address;
};

/// That somebody reads the mailbox: the link's token, or the code. A code is checked and counted in one step
/// by the account itself, so that many guesses at once are no more than one after the other.
struct proof {
  std::optional<account::token>
      token; // as the database has it; one that another process gave out counts, too
  std::function<bool(const token_id&)> code_matches;
};

/// The answer of commands that take a proof. A wrong code is an answer, not a refusal, because it is written
/// down.
struct proven {
  std::optional<errc> refused;
};

// Commands: registration
// ----------------------------------------------------------------------------------------

/// A1, A2, A4: inserts the account with its first link and its deadlines. A conflict names
/// accounts_email_key_key or accounts_username_key_key.
struct register_new {
  using result = done;
  email_address email;
  std::string username;
  std::string password_hash;
  std::string first_name;
  std::string last_name;
  std::optional<date> birth_date;
  std::string locale;
  std::string website;
  bool newsletter = false;
  std::optional<organisation_id> organisation;
  sha256_hash registration_hash{};
  supplies with;
};

/// Somebody registers an address that has this account (A9): a pending one keeps its first claim and gets a
/// fresh link, an active one a mail that says so.
struct register_again {
  using result = done;
  supplies with;
};

/// A fresh link for a pending account; earlier ones die (A3, A4). Nothing for any other.
struct resend_confirmation {
  using result = done;
  supplies with;
};

/// A4: a mistyped address, while pending. `verified_against` is the hash that the password matched.
struct correct_address {
  using result = done;
  email_address email;
  std::string verified_against;
  supplies with;
};

/// A2. Refused: token_expired, token_used, token_replaced, token_unknown; password_required when neither the
/// registering browser, nor the password chosen then, nor a new one is there (the token stays good).
struct confirm {
  using result = proven;
  account::proof proof;
  std::optional<sha256_hash> registration; // of what the browser kept
  std::optional<std::string> verified_against;
  std::optional<std::string> new_password_hash; // wipes the earlier claim
  std::optional<std::string> first_name;        // counts with new_password_hash only
  std::optional<std::string> last_name;
  commit rows; // the household to come (A1)
  supplies with;
};

/// A12: somebody without an account, or with one that nobody has confirmed, joins an organisation's staff: a
/// link to choose a password by; earlier ones die. `rows` give the role. A conflict names
/// accounts_email_key_key or accounts_username_key_key. Refused: conflict when the account is active, and
/// needs no link.
struct welcome_staff {
  using result = done;
  // Of a new account; one that is there keeps what it has.
  email_address email;
  std::string username;
  std::string password_hash; // one that nothing matches
  std::string first_name;
  std::string last_name;
  std::string locale;
  organisation_id organisation; // that welcomes
  std::string role;
  commit rows;
  supplies with;
};

/// Staff choose their first password by the link of their welcome mail; that confirms the address too.
/// Without a hash only the proof is checked, so that nothing is hashed for a stranger.
struct accept_welcome {
  using result = proven;
  account::proof proof;
  std::optional<std::string> password_hash;
  session_row session;
  supplies with;
};

/// H2, I3: the owner of an invited address chooses a password; the caller has seen that the invitation's
/// token is good. Makes the account, or wipes the claim of whoever registered the address and never confirmed
/// it. Conflicts as for welcome_staff.
struct open_invited {
  using result = done;
  email_address email;
  std::string username; // of a new account
  std::string password_hash;
  std::string first_name;
  std::string last_name;
  std::optional<date> birth_date;
  std::string locale;
  std::string website;
  bool newsletter = false;
  organisation_id organisation; // that invited
  session_row session;
  supplies with;
};

/// A4: removes the account if it is still pending when its time is over, else only the deadline.
struct remove_if_due {
  using result = done;
  supplies with;
};

/// A4: the one reminder; it does not replace a link that is still good.
struct remind_if_due {
  using result = done;
  supplies with;
};

// Commands: login and password
// ----------------------------------------------------------------------------------

/// A3, A6: opens a session after the password was verified. Deciding it here orders it with changes of the
/// password: no session survives that was opened with the former one. Refused: invalid_credentials,
/// email_unconfirmed.
struct begin_session {
  using result = done;
  std::string verified_against;
  std::optional<std::string> rehashed; // with today's parameters
  session_row session;
};

/// A6. The other sessions end. Refused: invalid_credentials when the hash is no longer that one.
struct change_password {
  using result = done;
  std::string verified_against;
  std::string new_hash;
  std::optional<session_id> keep;
  origin from;
  supplies with;
};

/// A5: a link for a confirmed account; nothing for any other.
struct request_reset {
  using result = done;
  supplies with;
};

/// A5: ends all sessions and tells the owner. Without a hash only the proof is checked, so that nothing is
/// hashed for a stranger.
struct reset_password {
  using result = proven;
  account::proof proof;
  std::optional<std::string> new_hash;
  origin from;
  supplies with;
};

// Commands: e-mail and profile
// ----------------------------------------------------------------------------------

/// A7: a link to the new address, and the way back to the old one.
struct request_email_change {
  using result = done;
  email_address email;
  std::string verified_against;
  supplies with;
};

/// A7: the new address counts from now on. A conflict names accounts_email_key_key.
struct confirm_email_change {
  using result = proven;
  account::proof proof;
  supplies with;
};

/// A7: back to the old address; all sessions end, since the change was not the owner's.
struct undo_email_change {
  using result = proven;
  account::proof proof;
  supplies with;
};

/// S4, A10. What is absent stays. Refused: version_conflict.
struct update_profile {
  using result = state;
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
  std::optional<std::string> locale;
  std::optional<std::string> website; // empty: none
  std::optional<bool> newsletter;
  std::optional<std::int64_t> expected_version;
};

struct get_view {
  using result = state;
};

// Rules
// ---------------------------------------------------------------------------------------------------------

template <class Result>
using decided = outcome<step<state, Result>>;

decided<done> decide(const state& now, const register_new& command);
decided<done> decide(const state& now, const register_again& command);
decided<done> decide(const state& now, const resend_confirmation& command);
decided<done> decide(const state& now, const correct_address& command);
decided<proven> decide(const state& now, const confirm& command);
decided<done> decide(const state& now, const welcome_staff& command);
decided<proven> decide(const state& now, const accept_welcome& command);
decided<done> decide(const state& now, const open_invited& command);
decided<done> decide(const state& now, const remove_if_due& command);
decided<done> decide(const state& now, const remind_if_due& command);
decided<done> decide(const state& now, const begin_session& command);
decided<done> decide(const state& now, const change_password& command);
decided<done> decide(const state& now, const request_reset& command);
decided<proven> decide(const state& now, const reset_password& command);
decided<done> decide(const state& now, const request_email_change& command);
decided<proven> decide(const state& now, const confirm_email_change& command);
decided<proven> decide(const state& now, const undo_email_change& command);
decided<state> decide(const state& now, const update_profile& command);
outcome<state> decide(const state& now, const get_view&);

} // namespace foyer::account
