#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace foyer::bench {

// printf(3) into a string of 511 characters at most.
template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

// A whole number with `between` after each group of thousands: "12,345" or, in HTML, a blank at which no line
// breaks.
std::string grouped(double value, std::string_view between);

// "3.14 ms", "340 ms", of nanoseconds.
std::string in_milliseconds(std::int64_t ns);

// "20 s", "1.5 s", "300 ms".
std::string in_seconds(double seconds);

} // namespace foyer::bench
