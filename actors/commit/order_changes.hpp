#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/money.hpp"
#include "actors/vocabulary/time.hpp"

#include <cstdint>
#include <optional>
#include <string>

// Cold rows of orders that exist.
// A part of actors/commit.hpp.

namespace foyer {

/// Changes an order that exists, under its version guard. Lines, payments and tickets follow by their own
/// rows.
struct order_changed {
  order_id id;
  std::int64_t expected_version = 0;
  std::int64_t version = 1;
  int status = 1;
  std::optional<time_point> paid_at;
  std::optional<time_point> expires_at;
  std::string cancel_reason;
  std::optional<household_id> household;
  std::optional<int> invoice_year{}; // set: it becomes an invoice of this year (O7)
};

struct payment_changed {
  order_id order;
  int position = 0;
  int status = 1;
  std::string reference;
  time_point at;
  std::optional<account_id> taken_by{};
};

/// All tickets of the order, or those of one line.
struct tickets_changed {
  order_id order;
  std::optional<int> line_position;
  int status = 1;
};

/// A ticket's holder comes in (O6): it is used from now on or, where its offer takes place on several days,
/// present on this one (H13). Stale when it is not valid any more, or was checked in before.
struct ticket_checked_in {
  organisation_id organisation;
  order_id order;
  int position = 0;
  std::optional<date> day; // of a course
  std::optional<account_id> by;
  time_point at;
  std::optional<household_id> household{}; // whose pages read anew
};

struct benefit_row {
  organisation_id organisation;
  order_id order;
  uuid id;
  int line_position = 0;
  std::optional<household_id> household;
  bool voucher = false; // false: a pass
  std::string code;
  std::optional<int> uses_left;
  std::optional<amount> value_left;
  std::optional<time_point> expires_at;
};

} // namespace foyer
