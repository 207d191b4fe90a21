#include "storage/journal_cold_rows.hpp"

namespace foyer::storage {
namespace {

// What moves, and what is kept of how it was: storage/migrations/009_merges.sql. Both rows are locked before
// anything moves: whoever else writes an order for one of them is done by then, or waits and is refused
// (keep_households, 021).
constexpr pg::statement merge_households{"merge_households", R"sql(
with pair as materialized (select id from households where id in ($3, $4) order by id for update)
select merge_households($1, $2, $3, $4, $5::smallint, $6, $7, $8, $9, $10, $11, $12)
from (select count(*) from pair) locked
)sql"};
constexpr pg::statement undo_merge{"undo_merge", "select undo_merge($1, $2, $3, $4, $5, $6)"};

} // namespace

const pg::statement& encode(pg::params& out, const households_merged_row& row, const cold_context&) {
  out.add(row.organisation)
      .add(row.id)
      .add(row.into)
      .add(row.from)
      .add(pg::as_small(static_cast<int>(row.cause)));
  out.add(row.moved).add(row.into_version).add(row.from_version).add(row.into_entries).add(row.from_entries);
  out.add(row.by).add(row.at);
  return merge_households;
}

const pg::statement& encode(pg::params& out, const merge_undone_row& row, const cold_context&) {
  out.add(row.organisation).add(row.id).add(row.into).add(row.from).add(row.by).add(row.at);
  return undo_merge;
}

std::span<const pg::statement* const> merge_statements() {
  static constexpr const pg::statement* all[] = {&merge_households, &undo_merge};
  return all;
}

} // namespace foyer::storage
