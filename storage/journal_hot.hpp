#pragma once

#include "storage/composite_types.hpp"
#include "storage/journal_batch.hpp"
#include "storage/pg/connection.hpp"
#include "storage/pg/params.hpp"

#include <cstdint>
#include <string_view>

namespace foyer::storage {

/// One statement for every hot row of a batch, and for the journal's own row that makes its outcome exact.
extern const pg::statement hot_statement;

/// Fills in the statement's parameters. `out` keeps its memory from batch to batch.
void encode_hot(pg::params& out, const journal_batch& batch, const composite_types& types,
                std::string_view journal, std::int64_t epoch, std::int64_t batch_number);

} // namespace foyer::storage
