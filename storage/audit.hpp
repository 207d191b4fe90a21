#pragma once

#include "actors/vocabulary/outcome.hpp"
#include "storage/checkpoint_file.hpp"

#include <string>
#include <vector>

namespace foyer::storage {

/// One truth that does not hold. `invariant` is its number in the list of `foyer audit --help`, `check` the
/// name of the query that found it, `what` a sentence with the ids.
struct violation {
  int invariant = 0;
  std::string check;
  std::string what;
};

/// Compares all tables with each other in one snapshot (repeatable read, read only), so that it may run
/// beside a server, and walks every hash chain, with a checkpoint as verify_ledger (ledger_walk.hpp) does.
/// Empty: clean. Refused: `unavailable`, when it could not look, with the database's message. Blocking; a few
/// seconds for a million entries.
outcome<std::vector<violation>> audit(const std::string& database_url,
                                      checkpoint_reader* signed_before = nullptr);

} // namespace foyer::storage
