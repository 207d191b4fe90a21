#pragma once

#include "actors/checkout/checkout.hpp"

namespace foyer::checkout {

/// An order of kind repayment (W8): the household promises to pay what its wallet owes, by a method that
/// staff record. Once the whole sum is received, it is credited in the same commit (later.cpp); what was
/// received of one that expires or is cancelled is credited too.
struct repay_balance {
  organisation::snapshot_ptr organisation;
  household::state whose;
  std::optional<account_id> account;
  payment_method method = payment_method::bank_transfer;
  /// None: exactly what is owed. More than that, or anything while nothing is owed, only where the
  /// organisation lets balances be topped up (W11).
  std::optional<amount> sum;
  answer_to_keep answer;
};

/// Refused: conflict (nothing is owed; one is under way already), payment_mismatch (more than is owed),
/// payment_method_unavailable (the online point of sale does not take it; and stored value, W10),
/// amount_out_of_range.
boost::asio::awaitable<outcome<placed>> repay(services& with, repay_balance command);

} // namespace foyer::checkout
