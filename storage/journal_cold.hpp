#pragma once

#include "actors/commit.hpp"
#include "storage/composite_types.hpp"
#include "storage/pg/connection.hpp"
#include "storage/pg/params.hpp"

#include <span>

namespace foyer::storage {

/// What the encoding of a cold row needs besides the row.
struct cold_context {
  const composite_types& types;
  /// The row's own commit and those after it in the batch. Their hot rows are written already when the cold
  /// row's turn comes, although they come later.
  std::span<const commit* const> from_here_on;
};

/// Fills in the parameters of the statement that writes this row, and returns that statement.
const pg::statement& encode_cold(pg::params& out, const cold_row& row, const cold_context& context);

/// The entries of the audit log of a whole batch in one statement, since money commands of staff come in
/// numbers; null when there are none.
const pg::statement* encode_staff_changes(pg::params& out, std::span<const commit* const> commits,
                                          const composite_types& types);

/// The clients of a whole batch whose orders no wallet's version guards, in one statement; null when there
/// are none.
const pg::statement* encode_kept_households(pg::params& out, std::span<const commit* const> commits);

/// Every statement that encode_cold can return, to be prepared on a new connection.
std::span<const pg::statement* const> cold_statements();

} // namespace foyer::storage
