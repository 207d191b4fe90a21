#pragma once

#include "actors/household/household.hpp"
#include "actors/journal.hpp"
#include "actors/reply.hpp"
#include "actors/wallet/wallet.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <span>

namespace caf {
class actor_system;
}

namespace foyer::household {

/// None: there is no such household.
using maybe_id = std::optional<household_id>;

/// A code that was mailed to open my space (S6). Its digits come from the id (server_secret::code).
struct space_code {
  token_id id;
  time_point expires_at;
};

/// Which of the households with an address are meant.
enum class with_account { any, none };

/// Reads households. Callbacks may come from any thread. Implemented in storage/loaders/households.cpp.
class loader {
public:
  virtual ~loader() = default;
  /// A missing household is the blank state (version 0) with its id set.
  virtual void load_household(const household_id& of, std::function<void(outcome<state>)> done) = 0;
  virtual void find_of_account(const organisation_id& at, const account_id& whose,
                               std::function<void(outcome<maybe_id>)> done) = 0;
  /// The oldest that is not archived (H3, A1, A9: `email_key` is the form that is compared).
  virtual void find_by_email(const organisation_id& at, std::string email_key, with_account which,
                             std::function<void(outcome<maybe_id>)> done) = 0;
  /// By the hash of a unique key (S6); whether it is the latest one is in the household's key_version.
  virtual void find_by_key(const sha256_hash& hash, std::function<void(outcome<maybe_id>)> done) = 0;
  /// The code under way for a household's door (S6), the newest that is still good; none: there is none.
  virtual void find_space_code(const household_id& of,
                               std::function<void(outcome<std::optional<space_code>>)> done) = 0;
  /// By client number.
  virtual void find_by_number(const organisation_id& at, std::string number,
                              std::function<void(outcome<maybe_id>)> done) = 0;
};

/// What the list of clients is filtered by (H4). Unset: no filter.
struct filter {
  organisation_id organisation;
  std::string text; // in names, e-mail, phone, client number, username
  std::optional<household::status> status;
  std::string tag;
  std::optional<bool> linked;
  std::optional<bool> archived = false; // H11
  std::optional<int> balance_sign;      // -1, 0, 1
  std::optional<household_id> before;   // cursor: older than this one
  int limit = 50;
};
struct listed {
  state who;
  wallet::state purse;
};
struct page {
  std::vector<listed> households; // newest first
  bool more = false;
};

/// Lists for staff. Implemented in storage/loaders/household_list.cpp.
class list {
public:
  virtual ~list() = default;
  virtual void list_households(const filter& which, std::function<void(outcome<page>)> done) = 0;
};

/// When something was read that the actors are to take over.
struct moment {
  std::uint64_t departures = 0;
  std::chrono::steady_clock::time_point at;
};

/// The household actors. Any thread.
class registry {
public:
  virtual ~registry() = default;
  virtual void tell(const household_id& which, ask<create> command) = 0;
  virtual void tell(const household_id& which, ask<change> command) = 0;
  virtual void tell(const household_id& which, ask<renew_key> command) = 0;
  virtual void tell(const household_id& which, ask<add_member> command) = 0;
  virtual void tell(const household_id& which, ask<change_member> command) = 0;
  virtual void tell(const household_id& which, ask<remove_member> command) = 0;
  virtual void tell(const household_id& which, ask<link_account> command) = 0;
  virtual void tell(const household_id& which, ask<unlink_account> command) = 0;
  virtual void tell(const household_id& which, ask<absorb> command) = 0;
  virtual void tell(const household_id& which, ask<leave> command) = 0;
  virtual void tell(const household_id& which, ask<restore> command) = 0;
  virtual void tell(const household_id& which, ask<get_view> command) = 0;
  /// Those of them that are in memory read their row again before they decide anything more.
  virtual void reread(std::span<const household_id> which) = 0;

  /// At once, from memory; none when it is not known there: then find_of_account.
  [[nodiscard]] virtual maybe_id known_of_account(const organisation_id& at,
                                                  const account_id& whose) const = 0;
  /// The household that an account has at an organisation. Found ones are remembered for `account_kept_for`.
  virtual void find_of_account(const organisation_id& at, const account_id& whose, reply<maybe_id> back) = 0;
  virtual void find_by_email(const organisation_id& at, std::string email_key, with_account which,
                             reply<maybe_id> back) = 0;
  virtual void find_by_number(const organisation_id& at, std::string number, reply<maybe_id> back) = 0;
  virtual void find_by_key(const sha256_hash& hash, reply<maybe_id> back) = 0;
  virtual void find_space_code(const household_id& of, reply<std::optional<space_code>> back) = 0;

  /// Takes a state that was read with others, if its actor is not in memory and the state is surely what it
  /// would read itself; `since` is what `reading` said before it was read. Its account's household is known
  /// then.
  virtual void take(const moment& since, state read) = 0;
  [[nodiscard]] virtual moment reading() const = 0;

  virtual void sweep(std::chrono::seconds idle_after, std::size_t live_limit) = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual std::size_t live() const = 0;
};

/// A link that another process took away is noticed after this time; one that this process takes away, at
/// once.
inline constexpr std::chrono::seconds account_kept_for{30};

/// A random client number.
std::string new_number();

/// `from` and `to` must outlive the registry. `waiting_max`: commands that may wait at one of them; more are
/// answered `unavailable`.
std::unique_ptr<registry> create_registry(caf::actor_system& system, loader& from, journal& to,
                                          std::size_t waiting_max = 10'000);

} // namespace foyer::household
