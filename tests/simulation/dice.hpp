#pragma once

#include <cstdint>
#include <random>

namespace foyer::simulation {

/// Everything that is left to chance in a run, from its seed alone.
class dice {
public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}

  /// 0 ≤ result < `sides`; `sides` ≥ 1.
  std::size_t below(std::size_t sides) { return static_cast<std::size_t>(engine_() % sides); }
  /// low ≤ result ≤ high.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::size_t>(high - low + 1)));
  }
  /// True once in `times` on average; never for 0.
  bool one_in(std::size_t times) { return times != 0 && below(times) == 0; }

private:
  std::mt19937_64 engine_;
};

} // namespace foyer::simulation
