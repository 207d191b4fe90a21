#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/money.hpp"
#include "actors/vocabulary/time.hpp"

#include <optional>
#include <string>
#include <vector>

// Cold rows of refunds and credit notes (O7, O8). Their order's own row, under its version guard, goes
// before them.
// A part of actors/commit.hpp.

namespace foyer {

/// One line of an order is not sold any more; stale when it was cancelled before.
struct line_cancelled {
  order_id order;
  int position = 0;
};

/// The valid tickets of these lines are cancelled; stale unless there are so many, as one may have been used
/// meanwhile.
struct tickets_cancelled {
  order_id order;
  std::vector<int> line_positions;
  int count = 0;
};

/// Passes, vouchers and membership cards of these lines are worth nothing any more.
struct benefits_ended {
  order_id order;
  std::vector<int> line_positions;
};

/// Money that goes back, to the wallet or as it was received.
struct refund_part {
  std::optional<int>
      payment_position; // of the payment that it returns; none: the wallet stands in for others
  int method = 1;       // order::method; 1: to the wallet
  amount sum = 0;
};

/// A credit note (O7) with what was refunded by it (O8); its number is the next of its year.
struct credit_note_row {
  organisation_id organisation;
  uuid id;
  order_id order;
  int year = 0;
  amount sum = 0;
  std::vector<int> line_positions;
  std::string reason;
  std::string reference; // of a refund outside of the program
  std::optional<account_id> by;
  time_point at;
  std::vector<refund_part> parts;
  std::optional<mail_id> mail{}; // of the same commit: its params are given the number, as credit_note_number
};

} // namespace foyer
