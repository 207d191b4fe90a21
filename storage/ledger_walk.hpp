#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/outcome.hpp"
#include "storage/checkpoint_file.hpp"
#include "storage/pg/blocking.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace foyer::storage {

/// The first entry of a wallet that does not follow from the one before, or is not what a checkpoint signed.
struct broken_entry {
  household_id household;
  std::int64_t seq = 0; // of the entry that is there; 0: there is none
  std::string why;
};

struct ledger_report {
  std::int64_t wallets = 0; // that have entries
  std::int64_t entries = 0;
  std::vector<broken_entry> broken; // one for each wallet that is broken
  // No chain is broken, and each of these wallets has the sums, the number and the last state of its entries,
  // all within their floors and its organisation: what audit_queries.cpp would find in them, it need not look
  // for.
  bool wallets_sound = true;
};

/// Walks every wallet's entries from the first (W2): sequence numbers without a gap, the hash of each over
/// the one before (wallet::chain), each balance the former one and the amount, and the wallet's head the last
/// hash. With a checkpoint, freshly opened, also that every entry it signed is there: chains whose end was
/// taken away, or that were written anew from some entry on, fit in themselves, and only what was signed
/// before tells. In one snapshot of its own, streamed: memory does not grow with the ledger. Refused:
/// `unavailable`, with the database's message. Blocking; some 3 seconds a million entries.
outcome<ledger_report> verify_ledger(const std::string& database_url,
                                     checkpoint_reader* signed_before = nullptr);

/// The same inside a transaction that is open already.
outcome<ledger_report> walk_ledger(PGconn* open, checkpoint_reader* signed_before = nullptr);

/// How a difference between the checkpoint of `at` and the ledger is told. `last`: the last entry that is
/// there, 0: none.
broken_entry missing_tail(const signed_head& of, std::int64_t last, const std::string& at);
broken_entry replaced_entry(const signed_head& of, const std::string& at);

/// Begins the transaction in which audit and walk look. `of`: the name that another connection exported
/// (PostgreSQL's pg_export_snapshot), to see exactly what it sees.
outcome<query_result> begin_snapshot(PGconn* open, const std::string& of = {});

} // namespace foyer::storage
