#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/money.hpp"
#include "actors/vocabulary/time.hpp"

#include <cstdint>
#include <optional>

// Cold rows of a merge of two households (H9).
// A part of actors/commit.hpp.

namespace foyer {

enum class merge_cause { duplicate = 1, link = 2, invitation = 3 };

/// Two households become one. Stands before the rows of both: their orders, members, files and mails move,
/// the link is taken off the one that goes, and how both were is kept, so that it can be undone exactly. The
/// actors fill in what each of them decided, on its way from one to the next.
struct households_merged_row {
  organisation_id organisation;
  merge_id id;
  household_id into;
  household_id from;
  merge_cause cause = merge_cause::duplicate;
  amount moved = 0;              // the balance of `from`, signed
  std::int64_t into_version = 0; // afterwards, as the rest
  std::int64_t from_version = 0;
  std::int64_t into_entries = 0;
  std::int64_t from_entries = 0;
  std::optional<account_id> by;
  time_point at;
};

/// The way back. Stale when something newer depends on the merge.
struct merge_undone_row {
  organisation_id organisation;
  merge_id id;
  household_id into;
  household_id from;
  std::optional<account_id> by;
  time_point at;
};

} // namespace foyer
