#pragma once

#include "actors/vocabulary/outcome.hpp"
#include "actors/vocabulary/secret.hpp"
#include "storage/ledger_walk.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace foyer::storage {

struct checkpoint_options {
  std::string url;              ///< of the database
  std::filesystem::path folder; ///< ledger.checkpoint_dir
  std::int64_t kept = 0;        ///< ledger.checkpoints_kept
  /// Called with the connection once it is open and with null before it closes, so that another thread can
  /// end it.
  std::function<void(PGconn*)> connected = [](PGconn*) {};
};

struct checkpoint_report {
  std::filesystem::path file; ///< empty when nothing was written
  std::int64_t wallets = 0;
  std::int64_t entries = 0;
  /// What the newest checkpoint signed and the ledger no longer has. Nothing is written then: a new signature
  /// must not make a loss good.
  std::vector<broken_entry> broken;
};

/// Signs where each wallet's chain is now, in one snapshot, after it has found in the ledger what the newest
/// checkpoint of the folder signed. Looks at heads only: a lookup for each wallet, and memory that does not
/// grow with them; the walk (ledger_walk.hpp) proves the entries below. Refused: `unavailable` when the
/// database can't be read, `internal` for files, with a sentence for the operator. Blocking.
outcome<checkpoint_report> write_checkpoint(const checkpoint_options& options, const server_secret& secret);

} // namespace foyer::storage
