#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/money.hpp"
#include "actors/vocabulary/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Hot rows of an order that is new, and of the places that it takes.
// A part of actors/commit.hpp.

namespace foyer {

struct order_row {
  organisation_id organisation;
  order_id id;
  std::string number;
  int kind = 1;   // order::kind
  int status = 1; // order::status
  shop_id shop;
  std::optional<household_id> household;
  std::optional<account_id> account;
  std::string buyer_email;
  std::string buyer_first_name;
  std::string buyer_last_name;
  std::string buyer_answers = "{}"; // JSON object
  std::string locale;
  amount total = 0;
  time_point created_at;
  std::optional<time_point> paid_at;
  std::optional<time_point> expires_at;
  std::string cancel_reason; // empty: none
  std::int64_t version = 1;
  std::optional<int> invoice_year{}; // of the invoice that it becomes in this commit (O7); none: it does not
  bool by_guest = false;             // who only typed the address that its household is found by (H3)
};

struct line_row {
  organisation_id organisation;
  order_id order;
  int position = 0;
  line_id id;
  offer_id offer;
  std::optional<rate_id> rate;
  std::string title;
  std::int32_t quantity = 1;
  amount unit_price = 0;
  int vat_basis_points = 0;
  std::vector<member_id> members;
  bool cancelled = false;
};

struct payment_row {
  organisation_id organisation;
  order_id order;
  int position = 0;
  payment_id id;
  int method = 1; // order::method
  amount sum = 0;
  int status = 1;        // order::payment_status
  std::string reference; // empty: none
  time_point at;
  std::optional<account_id> taken_by{}; // staff who received it (O5)
};

struct ticket_row {
  organisation_id organisation;
  order_id order;
  int position = 0;
  ticket_id id;
  int line_position = 0;
  offer_id offer;
  std::optional<household_id> household;
  std::string holder; // empty: none
  int status = 1;     // order::ticket_status
};

/// Added to the stock row; the database refuses what would exceed the capacity or fall below zero. Deltas of
/// one batch are summed, so that a hot offer costs one update.
struct stock_delta {
  organisation_id organisation;
  offer_id offer;
  std::int64_t sold = 0;
  std::int64_t held = 0;
};

} // namespace foyer
