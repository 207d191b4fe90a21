#include "http/json/reader.hpp"

#include <charconv>

// Dates, times and numbers outside of JSON's own grammar.
namespace foyer::http::json {
namespace {

/// Exactly `width` digits at `at`; -1 otherwise.
int digits(std::string_view text, std::size_t at, std::size_t width) noexcept {
  if (at + width > text.size()) return -1;
  int number = 0;
  for (std::size_t i = at; i < at + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  return number;
}

bool stands(std::string_view text, std::size_t at, char wanted) noexcept {
  return at < text.size() && text[at] == wanted;
}

/// Takes "Z" or "+02:00" whole; minutes east of Greenwich.
std::optional<int> offset_minutes(std::string_view text) noexcept {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int hours = digits(text, 1, 2);
  const int minutes = digits(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

} // namespace

std::optional<date> parse_date(std::string_view text) noexcept {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  if (year < 1 || month < 0 || day < 0) return std::nullopt;
  const date out{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                 std::chrono::day(static_cast<unsigned>(day))};
  if (!out.ok()) return std::nullopt;
  return out;
}

std::optional<time_point> parse_time(std::string_view text) noexcept {
  using namespace std::chrono;
  constexpr std::size_t shortest = 20; // 2026-01-31T09:05:00Z
  if (text.size() < shortest) return std::nullopt;
  const auto day = parse_date(text.substr(0, 10));
  if (!day || int(day->year()) < 1970) return std::nullopt;
  if ((!stands(text, 10, 'T') && !stands(text, 10, 't')) || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  std::size_t at = 19;
  std::int64_t micro = 0;
  if (stands(text, at, '.')) {
    std::size_t count = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++count) {
      if (count < 6) micro = micro * 10 + (text[at] - '0');
    }
    if (count == 0 || count > 9) return std::nullopt;
    for (; count < 6; ++count) micro *= 10;
  }
  const auto offset = offset_minutes(text.substr(at));
  if (!offset) return std::nullopt;
  return time_point(sys_days(*day)) + hours(hour) + minutes(minute - *offset) + seconds(second) +
         microseconds(micro);
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

} // namespace foyer::http::json
