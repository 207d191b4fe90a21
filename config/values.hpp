#pragma once

#include "config/settings.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace foyer::config {

/// Reads a duration: a whole number and one of `ms s m h d`, such as `90s`. Nothing else, no sign, no spaces,
/// at most 100 years.
std::optional<duration> parse_duration(std::string_view text);

/// The shortest text that parse_duration reads back: `24h` is written as `1d`.
std::string format_duration(duration value);

/// A decimal whole number, with an optional minus sign and nothing around it.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// `true` or `false`, also `1 0 yes no on off` since environments write these.
std::optional<bool> parse_boolean(std::string_view text);

/// The parts of `HOST:PORT` or `[IPv6]:PORT`; port 0 lets the system choose one.
struct host_port {
  std::string host;
  std::uint16_t port = 0;
};
std::optional<host_port> parse_host_port(std::string_view text);

/// The candidate with the least edits to the word, if these are few enough to be a slip of the finger.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

} // namespace foyer::config
