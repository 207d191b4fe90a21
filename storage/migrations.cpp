#include "storage/migrations.hpp"

#include "storage/pg/blocking.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

namespace foyer::storage {

/// The files, compiled in by foyer_embed.
std::vector<std::pair<std::string_view, std::string_view>> migration_files();

namespace {

/// Any number will do, as long as nobody else locks it: "foyer" in ASCII.
constexpr auto lock_statement = "select pg_advisory_lock(439805372786)";

constexpr auto table_statement = "create table if not exists schema_migrations ("
                                 "version integer primary key, name text not null, checksum text not null, "
                                 "applied_at timestamptz not null default now())";

// Row-level security, also of tables that came after 018, and for a database that was moved or has a new
// owner.
constexpr auto guard_statement = "select guard_tenants()";

refusal failed(std::string text) {
  return {errc::unavailable, std::move(text)};
}

outcome<std::string> checksum(PGconn* open, std::string_view sql) {
  auto answer = query(open, "select encode(sha256(convert_to($1, 'UTF8')), 'hex')", {std::string{sql}});
  if (!answer) return answer.error();
  return first_value(*answer);
}

/// The steps that the database has: version and checksum.
outcome<std::map<int, std::string>> applied_steps(PGconn* open) {
  auto there = query(open, "select to_regclass('schema_migrations')");
  if (!there) return there.error();
  std::map<int, std::string> out;
  if (first_value(*there).empty()) return out;
  auto rows = query(open, "select version, checksum from schema_migrations");
  if (!rows) return rows.error();
  for (int row = 0; row < PQntuples(rows->get()); ++row)
    out[std::stoi(PQgetvalue(rows->get(), row, 0))] = PQgetvalue(rows->get(), row, 1);
  return out;
}

std::optional<refusal> check_known(PGconn* open, const std::map<int, std::string>& applied) {
  if (applied.empty()) return std::nullopt;
  const int newest = all_migrations().back().version;
  if (applied.rbegin()->first > newest)
    return failed("the database has schema " + std::to_string(applied.rbegin()->first) +
                  " and this program knows only " + std::to_string(newest) + ": use the newer foyer");
  for (const auto& step : all_migrations()) {
    const auto there = applied.find(step.version);
    if (there == applied.end()) continue;
    auto expected = checksum(open, step.sql);
    if (!expected) return expected.error();
    if (*expected != there->second)
      return failed("the database was made with another text of migration " + std::string{step.name} +
                    ": use the foyer that made it, or begin with an empty database");
  }
  return std::nullopt;
}

std::optional<refusal> apply(PGconn* open, const migration& step) {
  auto sum = checksum(open, step.sql);
  if (!sum) return sum.error();
  // Without a parameter libpq sends all statements of the step at once, which makes them one transaction; the
  // bookkeeping belongs to it.
  const auto text = "begin;\n" + std::string{step.sql} +
                    "\n;insert into schema_migrations (version, name, checksum) values (" +
                    std::to_string(step.version) + ", '" + std::string{step.name} + "', '" + *sum +
                    "');\ncommit;";
  if (auto result = query(open, text); !result)
    return failed("migration " + std::string{step.name} + ": " + result.error().detail);
  return std::nullopt;
}

} // namespace

const std::vector<migration>& all_migrations() {
  static const std::vector<migration> all = [] {
    std::vector<migration> out;
    for (const auto& [file, sql] : migration_files()) {
      migration step{0, file.substr(0, file.rfind('.')), sql};
      std::from_chars(file.data(), file.data() + file.size(), step.version);
      out.push_back(step);
    }
    std::ranges::sort(out, {}, &migration::version);
    return out;
  }();
  return all;
}

outcome<std::vector<std::string>> migrate(const std::string& database_url, bool dry_run) {
  auto connection = connect_blocking(database_url);
  if (!connection) return connection.error();
  PGconn* open = connection->get();
  // Held by the connection, so a killed program leaves no lock behind.
  if (auto locked = query(open, lock_statement); !locked) return locked.error();
  auto applied = applied_steps(open);
  if (!applied) return applied.error();
  if (auto wrong = check_known(open, *applied)) return *wrong;
  if (!dry_run) {
    if (auto made = query(open, table_statement); !made) return made.error();
  }
  std::vector<std::string> steps;
  for (const auto& step : all_migrations()) {
    if (applied->contains(step.version)) continue;
    if (!dry_run) {
      if (auto wrong = apply(open, step)) return *wrong;
    }
    steps.emplace_back(step.name);
  }
  if (!dry_run) {
    if (auto guarded = query(open, guard_statement); !guarded)
      return failed("the tenants can't be kept apart: " + guarded.error().detail);
  }
  return steps;
}

} // namespace foyer::storage
