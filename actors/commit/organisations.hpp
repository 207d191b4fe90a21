#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Cold rows of organisations: their shops, offers, staff, and what staff changed.
// A part of actors/commit.hpp.

namespace foyer {

struct organisation_row {
  organisation_id id;
  std::int64_t expected_version = 0;
  std::int64_t version = 1;
  std::string slug;
  std::string name;
  std::string currency;
  std::string locale;
  std::string settings = "{}"; // JSON, actors/organisation/settings
  time_point created_at;
};

struct shop_row {
  organisation_id organisation;
  shop_id id;
  std::int64_t expected_version = 0;
  std::int64_t version = 1;
  std::string slug;
  std::string name;
  bool box_office = false;
  bool customer_space_open = false;
  std::vector<std::string> payment_methods;
  time_point created_at;
};

/// role empty: the role is taken away.
struct role_row {
  organisation_id organisation;
  account_id account;
  std::string role;
  time_point at;
};

/// Inserts offer and stock row, or updates both: a capacity below what is sold or held is refused.
struct offer_row {
  organisation_id organisation;
  offer_id id;
  std::int64_t expected_version = 0;
  std::int64_t version = 1;
  std::string kind;
  std::optional<uuid> event;
  std::string details; // JSON
  std::vector<std::string> shops;
  std::optional<std::int64_t> capacity;
  bool archived = false;
  time_point created_at;
};

/// P2: who changed what, with before and after as JSON.
struct staff_change_row {
  organisation_id organisation;
  uuid id;
  std::optional<account_id> account; // none: the operator at the command line
  std::string action;
  std::string subject_kind;
  std::optional<uuid> subject;
  std::string before;
  std::string after;
  time_point at;
};

} // namespace foyer
