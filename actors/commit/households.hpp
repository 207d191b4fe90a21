#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/secret.hpp"
#include "actors/vocabulary/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Cold rows of households with their members.
// A part of actors/commit.hpp.

namespace foyer {

struct member_row {
  member_id id;
  std::string first_name;
  std::string last_name;
  std::optional<date> birth_date;
  std::string email;
  std::string phone;
  std::string relation;
  std::string answers = "{}";
};

/// The whole household with its members in order; members that are no longer listed are deleted.
struct household_row {
  organisation_id organisation;
  household_id id;
  std::int64_t expected_version = 0;
  std::int64_t version = 1;
  std::string number;
  int status = 1; // household::status: 1 added, 2 invited, 3 accepted
  bool archived = false;
  member_id responsible;
  std::string email;
  std::string email_key;
  std::string phone;
  std::string address;
  std::string locale;
  std::vector<std::string> tags;
  bool newsletter = false;
  std::optional<account_id> account;
  std::optional<time_point> linked_at;
  std::optional<time_point> box_office_since;
  bool everything_shown = false;
  std::string username;
  std::string website;
  std::int64_t key_version = 1;
  std::vector<member_row> members;
  time_point created_at;
};

/// Nothing changes of it; but the commit is rejected (households_merged) when it was merged into another, and
/// no other process merges it before the commit is done (H9).
struct household_kept {
  household_id id;
};

/// What a unique key is found by (S6). Written when a key is told to somebody; the key itself is never
/// stored.
struct space_key_row {
  organisation_id organisation;
  household_id household;
  std::int64_t key_version = 1;
  sha256_hash hash{};
};

/// New households at once. Stale when the organisation has a client with one of `new_emails` (keys) already.
struct households_row {
  organisation_id organisation;
  std::vector<household_row> households; // expected_version 0, not linked
  std::vector<std::string> new_emails;
};

} // namespace foyer
