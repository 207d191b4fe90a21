#include "bench/figure_text.hpp"

namespace foyer::bench {

std::string grouped(double value, std::string_view between) {
  const auto digits = format("%.0f", value);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0 && digits[i - 1] != '-') out += between;
    out += digits[i];
  }
  return out;
}

std::string in_milliseconds(std::int64_t ns) {
  const auto ms = static_cast<double>(ns) / 1e6;
  return format(ms < 100 ? "%.2f ms" : "%.0f ms", ms);
}

std::string in_seconds(double seconds) {
  return seconds < 1 ? format("%.0f ms", seconds * 1e3) : format("%.3g s", seconds);
}

} // namespace foyer::bench
