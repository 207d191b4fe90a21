#pragma once

#include "actors/offer/offer.hpp"
#include "actors/order/order.hpp"
#include "actors/wallet/wallet.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

// What the box office and the accounts read about money: takings, statements, credit notes (O5, O7, H8).

namespace foyer::order {

/// Local days of an organisation, both included.
struct period {
  organisation_id organisation;
  std::string time_zone;
  std::optional<date> from; // none: today
  std::optional<date> to;   // none: today
};

struct seller {
  account_id id;
  std::string name; // empty: the account is gone
};

/// What one person (or nobody: online) took and gave back by one method.
struct taking {
  payment_method method = payment_method::cash;
  std::optional<seller> by;
  amount received = 0;
  std::int64_t payments = 0;
  amount refunded = 0;
  std::int64_t refunds = 0;
};

/// What staff entered on wallets by hand, of one kind.
struct wallet_taking {
  wallet::entry_kind kind = wallet::entry_kind::top_up;
  std::optional<seller> by;
  amount sum = 0;
  std::int64_t count = 0;
};

struct takings {
  date from;
  date to;
  std::vector<taking> lines; // by method, then seller
  std::vector<wallet_taking> wallet_entries;
};

/// A wallet's entries of a period. The sums are made apart, so that each proves the other.
struct statement {
  date from;
  date to;
  amount opening = 0;
  std::vector<wallet::entry> entries; // oldest first
  amount closing = 0;
};

/// Longer statements are refused, so that none takes the memory of all.
inline constexpr int statement_entries_max = 10'000;

/// `done` from any thread. Implemented in storage/loaders/order_records.cpp.
class records {
public:
  virtual ~records() = default;
  /// O5. By when the money came or went.
  virtual void read_takings(const period& of, std::function<void(outcome<takings>)> done) = 0;
  /// H8. Refused: invalid (?from, out_of_range) beyond statement_entries_max.
  virtual void read_statement(const period& of, const household_id& whose,
                              std::function<void(outcome<statement>)> done) = 0;
  /// The order of a credit note; not_found.
  virtual void find_credit_note(const organisation_id& of, const uuid& note,
                                std::function<void(outcome<order_id>)> done) = 0;
  /// Of those that there are.
  virtual void kinds_of(const organisation_id& of, std::vector<offer_id> offers,
                        std::function<void(outcome<std::map<offer_id, offer::kind>>)> done) = 0;
};

} // namespace foyer::order
