#include "bench/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace foyer::bench {

void histogram::record(std::int64_t value_ns) noexcept {
  const auto value = std::max<std::int64_t>(value_ns, 0);
  ++buckets_[bucket_of(static_cast<std::uint64_t>(value))];
  ++count_;
  sum_ns_ += static_cast<std::uint64_t>(value);
  max_ns_ = std::max(max_ns_, value);
}

void histogram::merge(const histogram& other) noexcept {
  for (std::size_t i = 0; i < bucket_count; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ns_ += other.sum_ns_;
  max_ns_ = std::max(max_ns_, other.max_ns_);
}

void histogram::reset() noexcept {
  *this = histogram{};
}

double histogram::mean_ns() const noexcept {
  return count_ == 0 ? 0.0 : static_cast<double>(sum_ns_) / static_cast<double>(count_);
}

std::int64_t histogram::quantile_ns(double quantile) const noexcept {
  if (count_ == 0) return 0;
  const double clamped = std::clamp(quantile, 0.0, 1.0);
  // Rounding up makes the quantile the smallest value that at least this share of the values does not exceed.
  const auto wanted = std::clamp<std::uint64_t>(
      static_cast<std::uint64_t>(std::ceil(clamped * static_cast<double>(count_))), 1, count_);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    seen += buckets_[i];
    if (seen >= wanted) {
      // The last bucket holds everything too long for the others, so its own end says nothing.
      if (i + 1 == bucket_count) return max_ns_;
      return std::min(max_ns_, static_cast<std::int64_t>(bucket_end(i)));
    }
  }
  return max_ns_;
}

// Values below 2 * sub_buckets have a bucket each; from there every power of two is cut into sub_buckets.
std::size_t histogram::bucket_of(std::uint64_t value) noexcept {
  if (value < 2 * sub_buckets) return static_cast<std::size_t>(value);
  const auto shift = static_cast<std::size_t>(std::bit_width(value)) - sub_bucket_bits - 1;
  const auto bucket = shift * sub_buckets + static_cast<std::size_t>(value >> shift);
  return std::min(bucket, bucket_count - 1);
}

std::uint64_t histogram::bucket_end(std::size_t bucket) noexcept {
  if (bucket < 2 * sub_buckets) return bucket;
  const auto shift = bucket / sub_buckets - 1;
  const auto first = static_cast<std::uint64_t>(bucket % sub_buckets + sub_buckets) << shift;
  return first + (std::uint64_t{1} << shift) - 1;
}

} // namespace foyer::bench
