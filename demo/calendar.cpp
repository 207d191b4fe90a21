#include "demo/calendar.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <stdexcept>
#include <string>

namespace foyer::demo {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

unsigned two_digits(std::string_view text, std::size_t at) {
  unsigned value = 0;
  const auto part = text.substr(at, 2);
  const auto* const end = part.data() + part.size();
  if (part.size() != 2 || std::from_chars(part.data(), end, value).ptr != end)
    throw std::invalid_argument{"\"" + std::string{text} + "\" is no time or day"};
  return value;
}

// The last Sunday of a month at 01:00 UTC, when clocks change.
sys_time<hours> change_of(year of, month in) {
  return sys_days{of / in / Sunday[last]} + 1h;
}

} // namespace

time_point in_paris(sys_days day, minutes of_day) {
  const auto winter = day + of_day - 1h;
  const auto of = year_month_day{day}.year();
  const bool summer = winter >= change_of(of, March) && winter < change_of(of, October);
  return summer ? winter - 1h : winter;
}

sys_days weekday_after(sys_days from, int weeks, std::string_view day) {
  constexpr std::string_view names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  const auto* const found = std::find(std::begin(names), std::end(names), day);
  if (found == std::end(names))
    throw std::invalid_argument{"\"" + std::string{day} + "\" is no day of the week"};
  const weekday wanted{static_cast<unsigned>(found - std::begin(names))};
  const auto first = from + days{7 * weeks + 1};
  return first + (wanted - weekday{first});
}

minutes parse_clock(std::string_view text) {
  if (text.size() != 5 || text[2] != ':')
    throw std::invalid_argument{"\"" + std::string{text} + "\" is no time"};
  return hours{two_digits(text, 0)} + minutes{two_digits(text, 3)};
}

date born(int age, std::string_view birthday, sys_days today) {
  const year_month_day now{today};
  const auto in = month{two_digits(birthday, 0)};
  const auto on = std::chrono::day{two_digits(birthday, 3)};
  const auto this_year = now.year() / in / on;
  const bool had_it = sys_days{this_year} <= today;
  return date{this_year.year() - years{age + (had_it ? 0 : 1)}, in, on};
}

} // namespace foyer::demo
