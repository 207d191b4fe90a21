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

/// What of the order is put aside in its wallet.
amount held_sum(const order::state& of);

/// Whether nothing is awaited any more.
inline bool is_over(const order::state& of) {
  return of.status != order::status::awaiting_payment;
}

/// The places that it held are sold, or free again.
void free_or_sell(const order::state& of, bool paid, commit& rows);

/// Everything that a paid order brings: tickets and benefits, its number as an invoice, its places sold, the
/// mail. Held money counts as taken, and what was only promised is not owed any more. Returns the offers as
/// they were before.
boost::asio::awaitable<outcome<offers_before>> make_paid(services& with, const organisation::snapshot& from,
                                                         order::state& next, time_point at, commit& rows);

/// The last steps: the order's own row, its answer, the commit, and the news for the offers whose held places
/// became sold (`paid`) or free.
boost::asio::awaitable<outcome<placed>> finish(services& with, order::state next,
                                               const answer_to_keep& answer, money_moved moved,
                                               wallet::origin by, commit rows,
                                               const std::optional<offers_before>& offers, bool paid);

/// Whether to look at the order again: somebody else changed it, or the wallet's state was not the latest.
bool may_try_again(const refusal& why);

/// Each time somebody else was first: of twenty at once who refund five orders of one wallet, some lose five
/// times. More often means trouble.
inline constexpr int attempts_max = 8;

/// `once`, again while another one changed the order meanwhile.
template <class Command, class Once>
boost::asio::awaitable<outcome<placed>> patiently(services& with, Command command, Once once) {
  for (int attempt = 1;; ++attempt) {
    auto result = co_await once(with, command);
    if (result || attempt == attempts_max || !may_try_again(result.error())) co_return result;
  }
}

} // namespace foyer::checkout
