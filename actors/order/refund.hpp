#pragma once

#include "actors/order/order.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <string>
#include <vector>

// What is given back of a paid order (O8). Pure.

namespace foyer::order {

enum class refund_to {
  wallet,  // all of it
  original // by the method of each payment; what came from the wallet returns there
};

struct refund_plan {
  std::vector<int> line_positions;
  amount sum = 0;                 // of the credit note; 0: the lines were free
  std::vector<refund_part> parts; // together the sum, and of no payment more than is left of it
  amount to_wallet = 0;           // of the parts
  int tickets = 0;                // valid ones of these lines
  bool whole = false;             // nothing of the order is left afterwards
};

/// Which money goes where when these lines (none: all that are left) are cancelled. Stored value returns
/// first, so that it does not become cash (W10). Refused: too_late when the order was not paid or is refunded
/// already, or a ticket was used; invalid for a line that it does not have; conflict for one that is
/// cancelled, and for a repayment.
outcome<refund_plan> plan_refund(const state& of, const std::vector<line_id>& lines, refund_to where);

/// The order as it is afterwards, but for its credit note's number.
void apply(state& of, const refund_plan& what);

/// "F2026-000123" of an invoice, "A2026-000123" of a credit note (O7): the letters of the French facture and
/// avoir.
std::string paper_number(char letter, int year, std::int64_t number);

} // namespace foyer::order
