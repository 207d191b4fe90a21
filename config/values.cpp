#include "config/values.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <vector>

namespace foyer::config {

namespace {

struct unit {
  std::string_view name;
  std::int64_t milliseconds;
};

// From long to short: format_duration takes the first that divides.
constexpr unit units[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr std::int64_t longest_ms = 100LL * 365 * 86'400'000;

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above + 1, row[j - 1] + 1, change});
      diagonal = above;
    }
  }
  return row[b.size()];
}

} // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<duration> parse_duration(std::string_view text) {
  const auto digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
  const auto number = parse_integer(text.substr(0, digits));
  const auto found = std::ranges::find(units, text.substr(digits), &unit::name);
  if (!number || found == std::end(units) || *number > longest_ms / found->milliseconds) return std::nullopt;
  return duration{*number * found->milliseconds};
}

std::string format_duration(duration value) {
  if (value.count() == 0) return "0s";
  const auto found =
      std::ranges::find_if(units, [&](const unit& u) { return value.count() % u.milliseconds == 0; });
  return std::to_string(value.count() / found->milliseconds) + std::string{found->name};
}

std::optional<bool> parse_boolean(std::string_view text) {
  for (const auto yes : {"true", "1", "yes", "on"})
    if (text == yes) return true;
  for (const auto no : {"false", "0", "no", "off"})
    if (text == no) return false;
  return std::nullopt;
}

std::optional<host_port> parse_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  const auto port = parse_integer(digits);
  if (!port || digits.front() == '-' || *port > 65'535) return std::nullopt;
  if (host.front() == '[' && host.back() == ']' && host.size() > 2) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find_first_of(":[]/@ ") != std::string_view::npos) {
    return std::nullopt;
  }
  return host_port{std::string{host}, static_cast<std::uint16_t>(*port)};
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::optional<std::string_view> best;
  // A third of the word wrong is no slip any more.
  std::size_t least = std::max<std::size_t>(word.size() / 3, 2) + 1;
  for (const auto candidate : candidates) {
    const auto distance = edit_distance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

} // namespace foyer::config
