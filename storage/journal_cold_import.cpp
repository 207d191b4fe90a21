#include "storage/journal_cold_rows.hpp"

namespace foyer::storage {
namespace {

constexpr pg::statement insert_import{"insert_import", R"sql(
insert into imports (id, version, organisation_id, phase, details, units_done, content, created_by, created_at,
  finished_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
)sql"};

constexpr pg::statement update_import{"update_import", R"sql(
with changed as (
  update imports set version = $2, phase = $4, details = $5, units_done = $6, content = $7, created_by = $8,
    created_at = $9, finished_at = $10
  where id = $1 and organisation_id = $3 and version = $11 returning 1),
gone as (delete from import_parts where import_id = $1 and $10::timestamptz is not null),
-- What a former check found is found anew.
forgotten as (delete from import_lines where import_id = $1 and $4 = 'checking')
select guard('import', 1, (select count(*) from changed))
)sql"};

constexpr pg::statement insert_import_part{
    "insert_import_part",
    "insert into import_parts (organisation_id, import_id, position, bytes) values ($1, $2, $3, $4)"};

constexpr pg::statement insert_import_lines{"insert_import_lines", R"sql(
insert into import_lines (organisation_id, import_id, line, problems, cells)
select $1, $2, line, problems, cells from unnest($3::bigint[], $4::text[], $5::text[]) as l (line, problems, cells)
on conflict (import_id, line) do update set problems = excluded.problems
)sql"};

constexpr pg::statement forget_imports{"forget_imports", R"sql(
with old as (
  update imports set phase = 'expired', version = version + 1, finished_at = now()
  where (phase in ('checked', 'refused') and created_at < $1)
    -- One whose upload was cut off never comes to an end.
    or (phase = 'receiving' and created_at < now() - interval '1 hour') returning id),
parts as (delete from import_parts where import_id in (select id from old))
delete from import_lines where import_id in (select id from imports where created_at < $2)
)sql"};

/// A `bytea` parameter.
struct raw_bytes {
  std::string_view value;
};
void append_value(std::string& out, const raw_bytes& bytes) {
  out.append(bytes.value);
}

} // namespace

const pg::statement& encode(pg::params& out, const import_row& row, const cold_context&) {
  out.add(row.id).add(row.version).add(row.organisation).add(row.phase).add(row.details).add(row.units_done);
  out.add(row.content).add(row.by).add(row.created_at).add(row.finished_at);
  if (row.expected_version == 0) return insert_import;
  out.add(row.expected_version);
  return update_import;
}

const pg::statement& encode(pg::params& out, const import_part_row& row, const cold_context&) {
  out.add(row.organisation).add(row.import).add(row.position).add(raw_bytes{row.bytes});
  return insert_import_part;
}

const pg::statement& encode(pg::params& out, const import_lines_row& row, const cold_context&) {
  std::vector<std::int64_t> numbers;
  std::vector<std::string> problems;
  std::vector<std::string> cells;
  for (const auto& each : row.lines) {
    numbers.push_back(each.number);
    problems.push_back(each.problems);
    cells.push_back(each.cells);
  }
  out.add(row.organisation).add(row.import).add(numbers).add(problems).add(cells);
  return insert_import_lines;
}

const pg::statement& encode(pg::params& out, const imports_forgotten_row& row, const cold_context&) {
  out.add(row.files_before).add(row.lines_before);
  return forget_imports;
}

std::span<const pg::statement* const> import_statements() {
  static constexpr const pg::statement* all[] = {&insert_import, &update_import, &insert_import_part,
                                                 &insert_import_lines, &forget_imports};
  return all;
}

} // namespace foyer::storage
