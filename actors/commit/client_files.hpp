#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/secret.hpp"
#include "actors/vocabulary/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Cold rows of a client's file beside the household itself (H8, H13).
// A part of actors/commit.hpp.

namespace foyer {

/// A tag that gets another name, or none, on these households: past their actors, in portions.
struct households_retagged {
  organisation_id organisation;
  std::vector<household_id> which;
  std::string from;
  std::string to; // empty: the tag goes
};

/// Inserts, or updates the one with this id. The member belongs to the household, or the commit is stale.
struct skill_row {
  organisation_id organisation;
  uuid id;
  household_id household;
  member_id member;
  std::string name;
  std::string note;
  std::optional<date> valid_until;
  time_point at;
};
struct skill_removed {
  organisation_id organisation;
  uuid id;
};

/// A membership card; inserts, or changes member, validity and state of the one with this id.
struct card_row {
  organisation_id organisation;
  uuid id;
  household_id household;
  std::optional<member_id> member;
  std::string holder; // name at the time of issue
  std::string title;  // of the membership
  std::optional<offer_id> offer;
  std::optional<order_id> order;
  int line_position = 0;
  int place = 0; // which of the line's places
  std::string number;
  std::optional<date> valid_from;
  std::optional<date> valid_until;
  bool cancelled = false;
  time_point at;
};

/// A document of a client. It is written first, incomplete and shown to nobody; then its parts; then again,
/// complete. The update changes name, member, year and `shown` too.
struct document_row {
  organisation_id organisation;
  uuid id;
  household_id household;
  std::optional<member_id> member;
  std::string name;
  std::string media_type;
  std::string kind;
  std::optional<int> year;
  std::int64_t size = 0;
  sha256_hash hash{};
  bool shown = false; // to the household, in my space
  bool complete = false;
  std::optional<account_id> by;
  time_point at;
};
struct document_part_row {
  organisation_id organisation;
  uuid document;
  int position = 0;
  std::string bytes;
};
struct document_removed {
  organisation_id organisation;
  uuid id;
};

/// Why an order was made by hand and costs nothing (H13), or that an open course made it (H12).
struct hand_enrolment_row {
  organisation_id organisation;
  order_id order;
  std::string kind; // free, paid_elsewhere, open_course
  std::string reason;
  std::optional<account_id> by;
  time_point at;
};

/// Presence of a ticket's holder on a day (H13).
struct attendance_row {
  organisation_id organisation;
  order_id order;
  int position = 0;
  date day{};
  bool present = false;
  std::optional<account_id> by;
  time_point at;
};

} // namespace foyer
