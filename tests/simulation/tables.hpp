#pragma once

#include "actors/account/account.hpp"
#include "actors/household/household.hpp"
#include "actors/offer/offer.hpp"
#include "actors/order/order.hpp"
#include "actors/wallet/wallet.hpp"
#include "storage/journal_batch.hpp"
#include "storage/pg/failure.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace foyer::simulation {

/// Bugs that a run can be told to have, to see that it notices. First those of the database's guards, then
/// those of the journal and of what it is given, then those of the actors and of what they read.
struct planted_bugs {
  bool wallet_version_ignored = false; // a wallet that somebody else changed is overwritten
  bool order_version_ignored = false;
  bool row_versions_ignored = false; // those of households, offers and accounts
  bool capacity_ignored = false;
  bool lines_refunded_again = false; // a line that is cancelled can be cancelled once more
  bool numbers_lost = false;         // an invoice number stays given out when its transaction is undone
  bool keys_ignored = false;         // idempotency keys are not unique

  bool commits_torn = false;        // now and then the order lands without its money
  bool commits_dropped = false;     // now and then "committed" is a lie
  bool fate_guessed = false;        // after a cut connection what was under way is told as done
  bool entries_unbalanced = false;  // now and then an entry names no counter-account
  bool payments_dropped = false;    // now and then an order lands without its payments
  bool hashes_wrong = false;        // now and then an entry's hash is another
  bool deadlines_dropped = false;   // now and then an order is never told to expire
  bool organisations_mixed = false; // now and then a line is another organisation's

  bool held_forgotten = false;         // the offers' loader leaves out places that are held
  bool settled_as_released = false;    // a checkout tells the offer that its places were given back
  bool transfers_halved = false;       // of a merge the money leaves one wallet and arrives nowhere
  bool wallet_holds_forgotten = false; // the wallets' loader leaves out what is held
  bool merged_still_open = false;      // the wallets' loader does not know that a household was merged
  bool buyers_as_staff = false;        // buyers spend down to the floor of staff, and the database lets them
  bool expiry_sleeps = false;          // the timer tells nobody what is due
  bool arrivals_unguarded = false;     // what was read with a session is taken whatever happened meanwhile
  bool ledger_rewritten =
      false; // somebody with the database's password makes an entry anew, with all that follows
};

/// What is in the database as far as the checkout needs it.
struct rows_of_tables {
  struct stored_wallet {
    wallet_row row;
    std::vector<ledger_row> entries;
  };

  /// A merge of two households, and how both were (H9).
  struct stored_merge {
    households_merged_row row;
    household::state into_before;
    household::state from_before;
    std::map<order_id, std::int64_t> orders; // with their versions afterwards
    std::size_t into_orders = 0;
    bool undone = false;
  };

  std::map<household_id, stored_wallet> wallets;
  std::map<offer_id, offer::state> offers;
  std::map<household_id, household::state> households;
  std::map<account_id, account::state> accounts;
  std::map<order_id, order::state> orders;
  std::map<merge_id, stored_merge> merges;
  std::vector<merge_id> merges_in_turn;
  std::set<member_id> members_seen; // of all households, ever
  std::map<order_id, std::set<organisation_id>>
      organisations_of_rows;            // of an order's lines, payments and tickets
  std::vector<order_id> orders_in_turn; // as they came, since ids are random
  std::map<uuid, idempotency_row> keys;
  std::map<uuid, int> effects_of_key;       // how many commits landed with it
  std::map<uuid, deadline_row> deadlines;   // by entity
  std::map<int, std::int64_t> invoices;     // the last number of each year (O7)
  std::map<int, std::int64_t> credit_notes; // the same
  std::string overwritten; // what somebody changed and somebody else put back without knowing
};

/// The head of a wallet's chain as it was at some time (W2).
struct signed_head {
  std::int64_t entries = 0;
  sha256_hash head{};
};

/// The database with the same guards as PostgreSQL has.
class tables : public rows_of_tables {
public:
  /// One transaction: the hot rows of all commits at once, then the cold ones in order
  /// (storage/journal_hot.cpp). All or nothing. `uniques_first`: which of two broken guards speaks is not
  /// promised by the database either.
  std::optional<storage::pg::failure> apply(const storage::journal_batch& batch, bool uniques_first);
  /// A transaction of one commit, of somebody else. True when it landed.
  bool apply(const commit& rows);

  /// Notes the heads of all chains, as the signed checkpoint does (W2).
  void sign_heads();

  /// The first invariant of QUALITY.md that does not hold, with its number; empty when all do. `settled` says
  /// that a server has run for a minute past every expiry.
  [[nodiscard]] std::string violated(std::optional<time_point> settled = {}) const;

  [[nodiscard]] wallet::state wallet_of(const household_id& whose) const;
  [[nodiscard]] const household::state* household_of(const account_id& whose) const;

  /// Whether the orders of a merge are as it left them, and no other came: else it can't be undone.
  [[nodiscard]] bool orders_unchanged(const stored_merge& since) const;

  planted_bugs bugs;
  amount staff_floor = 0; // of every role

private:
  using failure = std::optional<storage::pg::failure>;
  [[nodiscard]] failure check_wallets(const storage::journal_batch& batch) const;
  [[nodiscard]] failure check_stock(const storage::journal_batch& batch) const;
  [[nodiscard]] failure check_entries(const storage::journal_batch& batch) const;
  [[nodiscard]] failure check_uniques(const storage::journal_batch& batch) const;
  void write_hot(const storage::journal_batch& batch);
  void lose_numbers(const storage::journal_batch& batch);
  void write_orders(const commit& rows);
  [[nodiscard]] failure write_cold(const cold_row& row);
  [[nodiscard]] failure change(const order_changed& row);
  [[nodiscard]] failure change(const line_cancelled& row);
  [[nodiscard]] failure change(const tickets_cancelled& row);
  void write_note(const credit_note_row& row);
  [[nodiscard]] failure change(const household_row& row);
  [[nodiscard]] failure change(const account_row& row);
  [[nodiscard]] failure change(const households_merged_row& row);
  [[nodiscard]] failure change(const merge_undone_row& row);
  [[nodiscard]] std::size_t orders_of(const household_id& whose) const;
  void look_for_members();
  [[nodiscard]] failure change(const offer_row& row);

  std::map<household_id, signed_head> signed_;
};

} // namespace foyer::simulation
