#pragma once

#include <chrono>

namespace foyer {

/// UTC, microseconds since 1970: the precision that PostgreSQL keeps.
using time_point = std::chrono::sys_time<std::chrono::microseconds>;
using duration = std::chrono::microseconds;
/// A date without time, such as a birth date.
using date = std::chrono::year_month_day;

/// Where "now" comes from. Entities get the time inside their commands; only shells and routes hold a clock,
/// so that tests can set it. Implementations are thread-safe.
class clock_source {
public:
  virtual ~clock_source() = default;
  [[nodiscard]] virtual time_point now() const = 0;
};

/// The machine's clock.
class system_clock_source final : public clock_source {
public:
  [[nodiscard]] time_point now() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
};

/// Whole years between a birth date and a day.
inline int age_on(const date& birth, const date& day) {
  auto years = static_cast<int>(day.year()) - static_cast<int>(birth.year());
  if (day.month() < birth.month() || (day.month() == birth.month() && day.day() < birth.day())) --years;
  return years;
}

} // namespace foyer
