#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::http {

/// Counts up. Any thread.
class counter {
public:
  void add(std::uint64_t amount = 1) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// Durations in buckets from 100 µs to 30 s. Any thread.
class histogram {
public:
  /// Upper ends in microseconds; what is above falls into +Inf.
  static constexpr std::array<std::uint32_t, 16> bounds_us{
      100,    250,     500,     1'000,   2'500,     5'000,     10'000,     25'000,
      50'000, 100'000, 250'000, 500'000, 1'000'000, 5'000'000, 15'000'000, 30'000'000};
  void observe_us(std::uint64_t microseconds) noexcept;
  void append_to(std::string& out, std::string_view name, std::string_view labels) const;

private:
  std::array<std::atomic<std::uint64_t>, bounds_us.size() + 1> buckets_{};
  std::atomic<std::uint64_t> sum_us_{0};
};

/// Everything that GET /metrics shows. Rooms register at start and keep the reference; references stay good
/// as long as the registry. Registering the same name and labels again gives the same object. Any thread.
class metrics {
public:
  /// name: "foyer_orders_total"; labels as in the text format, without braces: "status=\"paid\"".
  counter& add_counter(std::string_view name, std::string_view help, std::string_view labels = {});
  histogram& add_histogram(std::string_view name, std::string_view help, std::string_view labels = {});
  /// Asked at each scrape, on the thread that serves it; must not block.
  void add_gauge(std::string_view name, std::string_view help, std::function<double()> read,
                 std::string_view labels = {});

  /// Prometheus text format 0.0.4.
  std::string exposition() const;

private:
  template <class Value>
  struct series {
    std::string name;
    std::string help;
    std::string labels;
    Value value;
  };
  mutable std::mutex mutex_;
  std::deque<series<counter>> counters_;
  std::deque<series<histogram>> histograms_;
  std::deque<series<std::function<double()>>> gauges_;
};

} // namespace foyer::http
