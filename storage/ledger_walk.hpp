#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/outcome.hpp"
#include "storage/pg/blocking.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace foyer::storage {

/// The first entry of a wallet that does not follow from the one before.
struct broken_entry {
  household_id household;
  std::int64_t seq = 0; // of the entry that is there
  std::string why;
};

struct ledger_report {
  std::int64_t wallets = 0; // that have entries
  std::int64_t entries = 0;
  std::vector<broken_entry> broken; // one for each wallet that is broken
};

/// Walks every wallet's entries from the first (W2): sequence numbers without a gap, the hash of each over
/// the one before (wallet::chain), each balance the former one and the amount, and the wallet's head the last
/// hash. In one snapshot of its own, streamed: memory does not grow with the ledger. Refused: `unavailable`,
/// with the database's message. Blocking; some 3 seconds a million entries.
outcome<ledger_report> verify_ledger(const std::string& database_url);

/// The same inside a transaction that is open already.
outcome<ledger_report> walk_ledger(PGconn* open);

/// Begins the transaction in which audit and walk look.
outcome<query_result> begin_snapshot(PGconn* open);

} // namespace foyer::storage
