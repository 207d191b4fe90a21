#pragma once

#include "tests/simulation/tables.hpp"

#include <cstdint>
#include <string>

namespace foyer::simulation {

/// What a run is mostly about: how much weight each kind of work gets.
struct mix {
  std::size_t wallet_orders = 3;   // paid by wallet alone
  std::size_t split_orders = 3;    // wallet and bank transfer
  std::size_t transfer_orders = 1; // bank transfer alone
  std::size_t payments = 3;        // staff record what came in
  std::size_t own_payments = 0;    // buyers pay what awaits payment, or promise it by another method
  std::size_t expiries = 3;
  std::size_t records = 2;      // top-ups and adjustments
  std::size_t staff_orders = 1; // at the box office, below zero down to the floor
  std::size_t offer_changes = 1;
  std::size_t household_changes = 1;
  std::size_t account_changes = 1;
  std::size_t merges = 0;        // two households become one
  std::size_t undone_merges = 0; // and are two again
  std::size_t refunds = 0;       // of paid orders, whole or by line
  bool arrivals = false;         // sessions are read with what their owners need
  bool strangers = false;        // another process writes to the same tables
  bool crashes = true;
  bool faults = true;
};

struct verdict {
  std::string violated;    // empty: every invariant held
  std::uint64_t trace = 0; // of everything that happened: the same seed gives the same
  std::size_t steps = 0;
  std::size_t acknowledged = 0;
};

/// Some clients at one small house, until every one of their requests is answered for good: real actors and
/// real checkouts on one thread, in an order, with failures and with a clock that the seed alone decides. The
/// invariants are looked at whenever something was written.
verdict run_world(std::uint64_t seed, const mix& what, const planted_bugs& bugs = {});

} // namespace foyer::simulation
