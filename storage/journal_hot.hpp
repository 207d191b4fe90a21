#pragma once

#include "storage/composite_types.hpp"
#include "storage/journal_batch.hpp"
#include "storage/pg/connection.hpp"
#include "storage/pg/params.hpp"

#include <cstdint>
#include <string_view>

namespace foyer::storage {

/// Which journal writes, and what the transaction leaves in its row.
struct journal_mark {
  std::string_view journal;
  std::int64_t epoch = 0;
  std::int64_t batch = 0;
};

/// Fills in the parameters of the statement of this shape (journal_shape.hpp), which must be as wide as the
/// batch's own. `out` keeps its memory from batch to batch.
void encode_hot(pg::params& out, unsigned shape, const journal_batch& batch, const composite_types& types,
                const journal_mark& mark);

} // namespace foyer::storage
