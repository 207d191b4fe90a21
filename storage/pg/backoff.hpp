#pragma once

#include <algorithm>
#include <chrono>

namespace foyer::storage::pg {

/// How long to wait before the next attempt to connect: 50 ms, doubling up to a limit.
class backoff {
public:
  using duration = std::chrono::milliseconds;
  static constexpr duration shortest{50};

  explicit backoff(duration longest) : longest_(std::max(longest, shortest)) {}

  /// No attempt has failed since the last reset.
  [[nodiscard]] bool first() const noexcept { return next_ == shortest; }
  duration next() noexcept {
    const auto out = next_;
    next_ = std::min(next_ * 2, longest_);
    return out;
  }
  void reset() noexcept { next_ = shortest; }

private:
  duration longest_;
  duration next_ = shortest;
};

} // namespace foyer::storage::pg
