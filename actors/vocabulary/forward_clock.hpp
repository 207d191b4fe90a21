#pragma once

#include "actors/vocabulary/time.hpp"

#include <algorithm>
#include <atomic>
#include <limits>

namespace foyer {

/// The machine's time of day, except that it never goes back and never runs slower than time passes. A clock
/// that is set forward is followed, since then everything ends early at worst; one that is set back is not,
/// since sessions, links and holds would live longer by as much. Until the machine has caught up this clock
/// is ahead() of it. Any thread.
class forward_clock final : public clock_source {
public:
  [[nodiscard]] time_point now() const override {
    const auto read = readings();
    return at(read.of_day, read.passed);
  }

  /// It is that late already, whatever the machine says: a server of the same database has seen this time.
  void begin_at(time_point seen) const {
    const auto passed = std::chrono::floor<duration>(std::chrono::steady_clock::now().time_since_epoch());
    (void)at(seen.time_since_epoch(), passed);
  }

  /// By how much this clock is later than the machine's: more than zero after that one was set back.
  [[nodiscard]] duration ahead() const {
    const auto read = readings();
    return at(read.of_day, read.passed).time_since_epoch() - read.of_day;
  }

  /// now() of a machine whose time of day is `of_day` and whose steady clock says `passed`.
  [[nodiscard]] time_point at(duration of_day, duration passed) const {
    const auto offset = (of_day - passed).count();
    auto latest = latest_.load(std::memory_order_relaxed);
    while (offset > latest && !latest_.compare_exchange_weak(latest, offset, std::memory_order_relaxed)) {
    }
    return time_point{passed + duration{std::max(offset, latest)}};
  }

private:
  struct both {
    duration of_day;
    duration passed;
  };
  // In this order: a thread that has to wait between the two makes their difference smaller, which is then
  // not kept.
  static both readings() {
    const auto of_day = std::chrono::system_clock::now().time_since_epoch();
    const auto passed = std::chrono::steady_clock::now().time_since_epoch();
    return {std::chrono::floor<duration>(of_day), std::chrono::floor<duration>(passed)};
  }

  mutable std::atomic<duration::rep> latest_{std::numeric_limits<duration::rep>::min()};
};

} // namespace foyer
