#pragma once

#include "actors/vocabulary/outcome.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace foyer::storage {

/// One step of the schema: `storage/migrations/NNN_name.sql`, compiled into the program.
struct migration {
  int version = 0;
  std::string_view name;
  std::string_view sql;
};

/// All of them by version.
const std::vector<migration>& all_migrations();

/// Brings the database to this program's schema, each step in a transaction of its own, and returns the names
/// of the steps that were applied (or, as a dry run, would be). Several programs at once wait for each other.
/// Blocking. Refused with a sentence for the operator when the database cannot be reached, was made by a
/// newer program, or has a step whose text is another than this program's.
outcome<std::vector<std::string>> migrate(const std::string& database_url, bool dry_run = false);

} // namespace foyer::storage
