#pragma once

#include "actors/checkout/checkout.hpp"

#include <map>

// The steps that every change of an order that is there has in common: look, ask the offers, write under the
// order's version, look again when somebody else was first.

namespace foyer::checkout {

boost::asio::awaitable<outcome<order::state>> load_order(services& with, const organisation_id& of,
                                                         const std::string& number);
boost::asio::awaitable<outcome<order::state>> load_order(services& with, const order_id& which);

/// The rows of an order whose version was counted up by one, and of one of its payments.
order_changed changed_row(const order::state& next);
payment_changed changed_row(const order::state& of, const order::payment& payment);

/// The order's offers as they were before the commit.
using offers_before = std::map<offer_id, offer::state>;
boost::asio::awaitable<outcome<offers_before>> offers_of(services& with, const order::state& of);

/// What an order's wallet is told with the order's rows.
struct money_moved {
  amount held = 0; // set free, or taken with `capture`
  bool capture = false;
  amount more = 0; // taken beside what was held
  amount refund = 0;
  amount top_up = 0; // a repayment that was received, and nothing else (W8)
};

/// Writes the rows: through the wallet where money moves there, so that its entries stay in order; else
/// straight to the journal. Refused: version_conflict when somebody else changed the order, and what the
/// wallet refuses.
boost::asio::awaitable<outcome<done>> write_change(services& with, const order::state& of, money_moved moved,
                                                   wallet::origin by, commit rows);

/// Whether to look at the order again: somebody else changed it, or the wallet's state was not the latest.
bool may_try_again(const refusal& why);

} // namespace foyer::checkout
