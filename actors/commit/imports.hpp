#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/secret.hpp"
#include "actors/vocabulary/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Cold rows of an import of clients (H10).
// A part of actors/commit.hpp.

namespace foyer {

/// An import of clients as it stands (H10), inserted, or changed under its version guard. Once it is over,
/// its file is gone.
struct import_row {
  organisation_id organisation;
  import_id id;
  std::int64_t expected_version = 0;
  std::int64_t version = 1;
  std::string phase;           // import::phase
  std::string details;         // JSON, import::details
  std::int64_t units_done = 0; // households that were worked off
  sha256_hash content{};       // of the file
  std::optional<account_id> by;
  time_point created_at;
  std::optional<time_point> finished_at;
};

/// A piece of an import's file; many small ones hold nobody up for long.
struct import_part_row {
  organisation_id organisation;
  import_id import;
  std::int64_t position = 0;
  std::string bytes;
};

/// Lines of an import that are not created, and why.
struct import_lines_row {
  struct line {
    std::int64_t number = 0; // as the spreadsheet counts
    std::string problems;    // JSON, import::problem
    std::string cells;       // as they stand in the file
  };
  organisation_id organisation;
  import_id import;
  std::vector<line> lines;
};

/// Files of imports that nobody went on with until then, and refused lines of imports older than that.
struct imports_forgotten_row {
  time_point files_before;
  time_point lines_before;
};

} // namespace foyer
