#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/money.hpp"
#include "actors/vocabulary/secret.hpp"
#include "actors/vocabulary/time.hpp"

#include <cstdint>
#include <optional>
#include <string>

// Hot rows of wallets and their ledger (W1).
// A part of actors/commit.hpp.

namespace foyer {

struct wallet_row {
  organisation_id organisation;
  household_id household;
  std::int64_t expected_version = 0; // 0: the wallet is new
  std::int64_t version = 1;
  amount balance = 0;
  amount held = 0;
  std::optional<amount> floor;
  amount lowest = 0; // how far down the database itself lets it go
  std::int64_t entries_count = 0;
  sha256_hash head{};
};

struct ledger_row {
  organisation_id organisation;
  household_id household;
  std::int64_t seq = 0; // from 1
  entry_id id;
  int kind = 0; // wallet::entry_kind
  amount change = 0;
  amount balance_after = 0;
  amount held_after = 0;
  std::string counter_account;
  std::optional<order_id> order;
  std::string order_number; // empty: none
  std::string reason;       // empty: none
  int by_kind = 1;          // 1 buyer, 2 staff, 3 the system
  std::optional<account_id> by;
  time_point at;
  sha256_hash hash{};
};

} // namespace foyer
