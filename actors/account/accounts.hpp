#pragma once

#include "actors/account/account.hpp"
#include "actors/account/supplier.hpp"
#include "actors/journal.hpp"
#include "actors/reply.hpp"

#include <chrono>
#include <memory>
#include <set>

namespace caf {
class actor_system;
}

namespace foyer::account {

/// Reads an account with its tokens: all valid ones and the latest others, oldest first. `done` from any
/// thread. An id without account has the blank state with its id set. Implemented in storage/.
class loader {
public:
  virtual ~loader() = default;
  virtual void load_account(const account_id& of, std::function<void(outcome<state>)> done) = 0;
};

/// Whose token this is.
struct token_owner {
  account::token token;
  std::optional<account_id> account;
  std::optional<household_id> household;
};

/// Finds accounts by what people type and click. Committed data only. Any thread. Implemented in storage/.
class finder {
public:
  virtual ~finder() = default;
  virtual void by_email(const std::string& email_key, reply<std::optional<account_id>> back) = 0;
  virtual void by_username(const std::string& username_key, reply<std::optional<account_id>> back) = 0;
  /// By the SHA-256 of the token's text, whatever became of it.
  virtual void by_token(const sha256_hash& hash, reply<std::optional<token_owner>> back) = 0;
  /// Whose change to this address waits to be confirmed (the latest, without regard to ASCII case).
  virtual void by_new_email(const std::string& email, reply<std::optional<account_id>> back) = 0;
  /// Whether the account has a role anywhere (A12).
  virtual void is_staff(const account_id& who, reply<bool> back) = 0;
  /// Keys of usernames that are the base, or the base and digits.
  virtual void usernames_like(const std::string& base, reply<std::set<std::string>> back) = 0;
};

/// The account actors. Any thread. Answers: the commands' results (account.hpp); `conflict` with the
/// constraint's name in `detail`; `unavailable` when the state can't be read, the commit was lost or too many
/// commands wait.
class registry {
public:
  virtual ~registry() = default;
  virtual void tell(const account_id& whose, ask<register_new> command) = 0;
  virtual void tell(const account_id& whose, ask<register_again> command) = 0;
  virtual void tell(const account_id& whose, ask<resend_confirmation> command) = 0;
  virtual void tell(const account_id& whose, ask<correct_address> command) = 0;
  virtual void tell(const account_id& whose, ask<confirm> command) = 0;
  virtual void tell(const account_id& whose, ask<welcome_staff> command) = 0;
  virtual void tell(const account_id& whose, ask<accept_welcome> command) = 0;
  virtual void tell(const account_id& whose, ask<open_invited> command) = 0;
  virtual void tell(const account_id& whose, ask<remove_if_due> command) = 0;
  virtual void tell(const account_id& whose, ask<remind_if_due> command) = 0;
  virtual void tell(const account_id& whose, ask<begin_session> command) = 0;
  virtual void tell(const account_id& whose, ask<change_password> command) = 0;
  virtual void tell(const account_id& whose, ask<request_reset> command) = 0;
  virtual void tell(const account_id& whose, ask<reset_password> command) = 0;
  virtual void tell(const account_id& whose, ask<request_email_change> command) = 0;
  virtual void tell(const account_id& whose, ask<confirm_email_change> command) = 0;
  virtual void tell(const account_id& whose, ask<undo_email_change> command) = 0;
  virtual void tell(const account_id& whose, ask<update_profile> command) = 0;
  virtual void tell(const account_id& whose, ask<get_view> command) = 0;

  virtual void sweep(std::chrono::seconds idle_after, std::size_t live_limit) = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual std::size_t live() const = 0;
};

/// `from` and `to` must outlive the registry.
std::unique_ptr<registry> create_registry(caf::actor_system& system, loader& from, journal& to,
                                          std::size_t waiting_max = 10'000);

/// Does what is due of an account (A4): account_removal and confirmation_reminder; other kinds are not ours.
void on_deadline(registry& accounts, const supplier& with, const deadline_row& due);

} // namespace foyer::account
