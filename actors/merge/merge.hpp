#pragma once

#include "actors/household/households.hpp"
#include "actors/merge/records.hpp"
#include "actors/wallet/wallets.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>

// Two households become one, in one commit that four actors decide: both households, then both wallets (H9,
// H7, I3). Each hands its rows on to the next, the last one to the journal, and all of them hear what became
// of it.

namespace foyer::merge {

struct services {
  household::registry& households;
  wallet::registry& wallets;
};

/// What is stored as the answer to an idempotency key; the text is made of the merge's own row.
struct answer_to_keep {
  std::optional<idempotency_row> row;
  std::function<std::string(const households_merged_row&)> render;
};

struct merge_households {
  organisation_id organisation;
  merge_id id;
  household_id into;
  household_id from;
  merge_cause cause = merge_cause::duplicate;
  std::optional<household::link> linked;
  wallet::origin by;
  std::optional<amount> staff_floor; // W3: how deep a debt may take the wallet
  bool debts_too = false;            // the owner's own debt follows the owner
  household::audit into_audit;
  household::audit from_audit;
  commit rows; // mails, tokens
  answer_to_keep answer;
};

struct merged {
  household::state into;
  std::string answer; // as kept
};

/// Refused: not_found, household_merged, holds_open, other_account, floor_exceeded, conflict (the same
/// household, too many members, both with an open repayment), unavailable. A conflict on the idempotency key
/// is `conflict` with detail "idempotency_pkey". Payments of either wallet that are under way are finished
/// before; those that come while the merge is under way wait for it, and then find the household that is
/// left.
boost::asio::awaitable<outcome<merged>> run(services& with, merge_households command);

struct undo_merge {
  record what;
  wallet::origin by;
  std::optional<amount> staff_floor;
  household::audit into_audit;
  household::audit from_audit;
  answer_to_keep answer;
};

/// Everything as it was. Refused: newer_changes (the fields say what depends on the merge by now),
/// floor_exceeded, conflict (undone already), unavailable.
boost::asio::awaitable<outcome<merged>> undo(services& with, undo_merge command);

/// The household itself, or the one that it went into. Refused as household::get_view.
boost::asio::awaitable<outcome<household::state>> follow(household::registry& households, household_id which);

} // namespace foyer::merge
