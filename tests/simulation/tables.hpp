#pragma once

#include "actors/household/household.hpp"
#include "actors/journal.hpp"
#include "actors/offer/offer.hpp"
#include "actors/order/order.hpp"
#include "actors/wallet/wallet.hpp"

#include <map>
#include <string>
#include <vector>

namespace foyer::simulation {

/// Bugs that a run can be told to have, to see that it notices.
struct planted_bugs {
  bool wallet_version_ignored = false; // the journal overwrites a wallet that somebody else changed
  bool order_version_ignored = false;
  bool capacity_ignored = false;
  bool keys_ignored = false;        // idempotency keys are not unique
  bool commits_torn = false;        // now and then the order lands without its money
  bool commits_dropped = false;     // now and then "committed" is a lie
  bool held_forgotten = false;      // the offers' loader leaves out places that are held
  bool settled_as_released = false; // a checkout tells the offer that its places were given back
};

/// The database as far as the checkout needs it, with the same guards as PostgreSQL has.
class tables {
public:
  struct stored_wallet {
    wallet_row row;
    std::vector<ledger_row> entries;
  };

  /// All or nothing. `uniques_first`: which of two broken guards speaks is not promised by the database
  /// either.
  commit_outcome apply(const commit& rows, bool uniques_first);

  /// The first invariant that does not hold, empty when all do.
  [[nodiscard]] std::string violated() const;

  [[nodiscard]] wallet::state wallet_of(const household_id& whose) const;
  [[nodiscard]] const household::state* household_of(const account_id& whose) const;

  std::map<household_id, stored_wallet> wallets;
  std::map<offer_id, offer::state> offers;
  std::map<household_id, household::state> households;
  std::map<order_id, order::state> orders;
  std::vector<order_id> orders_in_turn; // as they came, since ids are random
  std::map<uuid, idempotency_row> keys;
  std::map<uuid, int> effects_of_key;     // how many commits landed with it
  std::map<uuid, deadline_row> deadlines; // by entity
  planted_bugs bugs;

private:
  [[nodiscard]] commit_outcome check_guards(const commit& rows) const;
  [[nodiscard]] commit_outcome check_uniques(const commit& rows) const;
  [[nodiscard]] commit_outcome check_cold(const commit& rows) const;
  void write(const commit& rows);
  void write(const cold_row& row);
};

} // namespace foyer::simulation
