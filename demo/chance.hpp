#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/time.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace foyer::demo {

/// The same numbers on every machine for the same seed and purpose (SplitMix64; the standard library's
/// distributions differ between implementations). A purpose has a stream of its own, so that a change in one
/// place leaves the rest.
class chance {
public:
  chance(std::uint64_t seed, std::string_view purpose);

  std::uint64_t next() noexcept;
  /// 0 to n - 1; n > 0. The bias of the remainder does not matter for names.
  std::size_t below(std::size_t n) noexcept { return static_cast<std::size_t>(next() % n); }
  /// From a to b, both included.
  std::int64_t between(std::int64_t a, std::int64_t b) noexcept {
    return a + static_cast<std::int64_t>(below(static_cast<std::size_t>(b - a + 1)));
  }
  bool percent(std::int64_t share) noexcept { return between(1, 100) <= share; }
  /// An index, each as likely as its weight; the sum of them must be above zero.
  std::size_t weighted(const std::vector<std::int64_t>& weights) noexcept;

private:
  std::uint64_t state_;
};

/// A UUIDv7 that is the same for the same seed, name and time: what was loaded before a crash is recognised.
uuid made_id(std::uint64_t seed, std::string_view name, time_point at);

} // namespace foyer::demo
