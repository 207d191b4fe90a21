#pragma once

#include "actors/commit/merges.hpp"
#include "actors/household/household.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace foyer::merge {

/// What hangs on a household and would go with it (H9).
struct belongings {
  std::int64_t orders = 0;
  std::int64_t open_orders = 0; // of them, those that await payment
  std::int64_t tickets = 0;
  std::int64_t benefits = 0;
  std::int64_t invitations = 0; // campaigns that wrote to it
};

/// A merge that was made.
struct record {
  merge_id id;
  organisation_id organisation;
  household_id into;
  household_id from;
  std::string from_number;
  std::string into_number;
  merge_cause cause = merge_cause::duplicate;
  amount moved = 0;
  std::int64_t orders = 0;
  std::int64_t into_version = 0;
  std::int64_t from_version = 0;
  std::int64_t into_entries = 0;
  std::int64_t from_entries = 0;
  household::state into_before; // with members
  household::state from_before;
  std::optional<account_id> by;
  time_point at;
  std::optional<time_point> undone_at;
  /// What depends on it by now, so that it can't be undone: "orders", "wallet", "household".
  std::vector<std::string> newer;
};

/// Two or more households that may be one client (H9).
struct duplicates {
  uuid key;                         // of the page's cursor
  std::vector<std::string> reasons; // "email", "name_and_birth_date", "name_and_phone"
  std::vector<household_id> households;
};
struct duplicates_page {
  std::vector<duplicates> groups;
  bool more = false;
};

/// Reads of the database; committed data only, `done` from any thread. Implemented in
/// storage/loaders/merges.cpp.
class records {
public:
  virtual ~records() = default;
  virtual void count(const organisation_id& at, const household_id& of,
                     std::function<void(outcome<belongings>)> done) = 0;
  /// Those into this household, the newest first; without how both were.
  virtual void list(const organisation_id& at, const household_id& into, int limit,
                    std::function<void(outcome<std::vector<record>>)> done) = 0;
  /// Refused: not_found.
  virtual void load(const organisation_id& at, const merge_id& which,
                    std::function<void(outcome<record>)> done) = 0;
  /// Whether this address was the contact of a household that went into this one, or into one that did.
  virtual void had_address(const organisation_id& at, const household_id& of, std::string email_key,
                           std::function<void(outcome<bool>)> done) = 0;
  virtual void list_duplicates(const organisation_id& at, std::optional<uuid> after, int limit,
                               std::function<void(outcome<duplicates_page>)> done) = 0;
};

} // namespace foyer::merge
