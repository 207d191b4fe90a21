#include "storage/former_writers.hpp"

#include "storage/pg/blocking.hpp"

#include <thread>

namespace foyer::storage {
namespace {

constexpr std::chrono::milliseconds look_every{20};

// Those that were there before the first look; a running server connects anew, and is not chased.
constexpr const char* end_sql = R"sql(
select count(pg_terminate_backend(pid)) from pg_stat_activity
where datname = current_database() and application_name like 'foyer-journal-%' and pid <> pg_backend_pid()
  and backend_start < $1::timestamptz
)sql";

} // namespace

outcome<done> end_former_writers(const std::string& database_url, std::chrono::milliseconds deadline) {
  auto open = connect_blocking(database_url);
  if (!open) return open.error();
  const auto now = query(open->get(), "select clock_timestamp()::text");
  if (!now) return now.error();
  const auto end = std::chrono::steady_clock::now() + deadline;
  for (;;) {
    const auto left = query(open->get(), end_sql, {first_value(*now)});
    if (!left) return left.error();
    if (first_value(*left) == "0") return done{};
    if (std::chrono::steady_clock::now() > end)
      return refusal{errc::unavailable, "a former process still writes to the database"};
    std::this_thread::sleep_for(look_every);
  }
}

} // namespace foyer::storage
