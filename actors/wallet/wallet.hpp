#pragma once

#include "actors/entity_step.hpp"
#include "actors/handing_on.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <functional>
#include <optional>
#include <string>

// The wallet of a household (W1): state, commands and the rules. Pure: no clock, no randomness, no I/O of its
// own.

namespace foyer::wallet {

/// W1. The numbers are stored; hold and release change what is held and add 0 to the balance.
enum class entry_kind {
  top_up = 1,
  purchase = 2,
  refund = 3,
  adjustment = 4,
  transfer = 5,
  hold = 6,
  release = 7
};

std::string_view to_string(entry_kind kind) noexcept;

enum class actor_kind { buyer = 1, staff = 2, system = 3 };

/// Who did it, when, and with which idempotency record in the same commit.
struct origin {
  actor_kind kind = actor_kind::system;
  std::optional<account_id> account;
  time_point at;
};

struct state {
  organisation_id organisation;
  household_id household;
  std::int64_t version = 0; // 0: nothing was written yet; else any number > 0, another after every change
  amount balance = 0;
  amount held = 0;
  std::optional<amount> floor; // of this household (W3), ≤ 0
  amount lowest = 0;
  std::int64_t entries_count = 0;
  sha256_hash head{};  // of the last entry; 32 zero bytes before the first
  bool closed = false; // its household was merged into another: nothing happens here any more

  [[nodiscard]] amount available() const noexcept { return balance - held; }
};

/// One line of the ledger, as it is shown.
struct entry {
  entry_id id;
  std::int64_t seq = 0;
  entry_kind kind = entry_kind::top_up;
  amount change = 0;
  amount balance_after = 0;
  amount held_after = 0;
  std::string counter_account;
  std::optional<order_id> order;
  std::string order_number;
  std::string reason;
  origin by;
  sha256_hash hash{};
};

// Commands
// ------------------------------------------------------------------------------------------------------

/// Pays an order, or a part of it, at once (W3, W4). The rows of the order travel along, so that money and
/// order are one commit. Refused: insufficient_funds (below zero for a buyer, below the floor for staff with
/// `allow_negative`: floor_exceeded), amount_out_of_range.
struct pay {
  using result = entry;
  organisation_id organisation;
  amount sum = 0; // > 0
  order_id order;
  std::string order_number;
  std::string counter_account = "sales";
  std::optional<amount> staff_floor; // set: staff may go down to it (or to the household's own floor)
  origin by;
  entry_id id;
  commit rows;
};

/// Puts money aside until a second payment succeeds (W4).
struct hold {
  using result = entry;
  organisation_id organisation;
  amount sum = 0;
  order_id order;
  std::string order_number;
  origin by;
  entry_id id;
  commit rows;
};

/// Gives held money back (`capture` false), or takes it as the payment (`capture` true: release and purchase
/// in one commit). A buyer who pays the rest from the wallet too has `more` taken with it, as one purchase
/// (W4). Of an order that is cancelled after a part was received, `refund` is credited in the same commit
/// (O8). Refused: conflict when none is positive, or more than is held; insufficient_funds when `more` is not
/// available.
struct settle_hold {
  using result = entry;
  organisation_id organisation;
  amount sum = 0;
  order_id order;
  std::string order_number;
  bool capture = false;
  amount more = 0; // with `capture` only
  origin by;
  entry_id release_id;
  entry_id purchase_id;
  amount refund = 0;
  entry_id refund_id;
  commit rows;
};

/// Top-up, refund or adjustment by staff or by an order (refund). `staff_floor` as in `pay`; without it a
/// buyer's floor of zero counts for negative sums.
struct record {
  using result = entry;
  organisation_id organisation;
  entry_kind kind = entry_kind::top_up; // top_up, refund, adjustment
  amount change = 0;                    // signed, never 0
  std::string reason;
  std::string counter_account;
  std::optional<order_id> order;
  std::string order_number;
  std::optional<amount> staff_floor;
  origin by;
  entry_id id;
  /// Set: the answer is stored with this key in the same commit; the text is made by `render`.
  std::optional<idempotency_row> idempotency;
  std::function<std::string(const entry&)> render;
  commit rows;
};

/// The household's own floor (W3), ≤ 0; none: the roles' floors alone.
struct set_floor {
  using result = done;
  organisation_id organisation;
  std::optional<amount> floor;
  commit rows;
};

/// Rows of an order that this wallet does not pay, but that must not be written once its household was merged
/// into another (H9). Refused: household_merged.
struct carry {
  using result = done;
  commit rows;
};

/// One side of a merge of two households (H9), or of its undoing. The sum stands in, and what came to be is
/// put into, the merge's row among `rows` (actors/commit/merges.hpp). Refused: household_merged, holds_open,
/// floor_exceeded when a debt would go below the floor, newer_changes when there are entries that were not
/// there when the merge was made.
struct transfer {
  using result = state;
  enum class side {
    close,     // the whole balance leaves, and nothing happens here any more
    receive,   // it arrives
    give_back, // undone: it leaves again
    reopen     // and is back
  };
  organisation_id organisation;
  side which = side::close;
  amount sum = 0;                // of give_back and reopen: what had been moved, signed
  std::int64_t entries_then = 0; // of give_back and reopen: how many there were after the merge
  std::optional<amount> staff_floor;
  bool debts_too = false; // receive: an owner's debt follows the owner, whatever floor there is
  std::string reason;
  origin by;
  entry_id id;
  /// Of the last side: the answer is stored with this key, as of `record`.
  std::optional<idempotency_row> idempotency;
  std::function<std::string(const commit&)> render;
  commit rows;
  handing_on on{};
};

struct get_view {
  using result = state;
};

// Rules
// ---------------------------------------------------------------------------------------------------------

template <class Result>
using decided = outcome<step<state, Result>>;

decided<entry> decide(const state& now, pay command);
decided<entry> decide(const state& now, hold command);
decided<entry> decide(const state& now, settle_hold command);
decided<entry> decide(const state& now, record command);
decided<done> decide(const state& now, set_floor command);
decided<done> decide(const state& now, carry command);
decided<state> decide(const state& now, transfer command);
outcome<state> decide(const state& now, const get_view&);

/// The hash of an entry (W2): SHA-256 over the former entry's hash and every field in a fixed order and
/// width, so that no two different entries have the same bytes. `foyer ledger verify` computes the same.
sha256_hash chain(const sha256_hash& former, const household_id& household, const entry& of);

/// How far below zero staff may take this wallet (W3): the deeper of the role's and the household's floor.
amount effective_floor(const state& now, std::optional<amount> staff_floor) noexcept;

} // namespace foyer::wallet
