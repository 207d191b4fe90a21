#pragma once

#include "actors/vocabulary/outcome.hpp"
#include "config/settings.hpp"
#include "storage/checkpoint_file.hpp"

#include <optional>
#include <string>

namespace foyer::cli {

/// The checkpoint that a command compares the ledger with.
struct chosen_checkpoint {
  std::string file;                                 ///< empty: there is none
  std::optional<storage::checkpoint_reader> reader; ///< freshly opened

  storage::checkpoint_reader* get() { return reader ? &*reader : nullptr; }
};

/// Opens `given`, or the newest of ledger.checkpoint_dir, or none. Refused with a sentence for the operator,
/// when the file is not what the server's secret signed. Never makes a secret.
outcome<chosen_checkpoint> choose_checkpoint(const config::settings& settings, const std::string& given = {});

} // namespace foyer::cli
