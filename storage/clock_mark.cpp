#include "storage/clock_mark.hpp"

namespace foyer::storage {
namespace {

constexpr const char* read_mark = "select (extract(epoch from at) * 1000000)::bigint from server_clock";
constexpr const char* write_mark =
    "insert into server_clock (at) values (timestamptz 'epoch' + $1::bigint * interval '1 microsecond') "
    "on conflict (here) do update set at = excluded.at where server_clock.at < excluded.at";
constexpr const char* forget_mark = "delete from server_clock";

} // namespace

outcome<std::optional<time_point>> read_clock_mark(const std::string& database_url) {
  auto open = connect_blocking(database_url);
  if (!open) return open.error();
  const auto found = query(open->get(), read_mark);
  if (!found) return found.error();
  const auto text = first_value(*found);
  if (text.empty()) return std::optional<time_point>{};
  return std::optional{time_point{std::chrono::microseconds{std::stoll(text)}}};
}

outcome<done> write_clock_mark(PGconn* open, time_point now) {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  const auto written = query(open, write_mark, {std::to_string(since.count())});
  if (!written) return written.error();
  return done{};
}

outcome<done> forget_clock_mark(const std::string& database_url) {
  auto open = connect_blocking(database_url);
  if (!open) return open.error();
  const auto gone = query(open->get(), forget_mark);
  if (!gone) return gone.error();
  return done{};
}

} // namespace foyer::storage
