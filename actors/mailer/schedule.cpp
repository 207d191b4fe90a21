#include "actors/mailer/schedule.hpp"

#include <algorithm>
#include <cmath>

namespace foyer::mailer {

std::optional<milliseconds> retry_delay(const retry_options& options, int attempt, milliseconds age,
                                        std::mt19937_64& random) {
  if (age >= options.give_up) return std::nullopt;
  // Beyond 2^30 the maximum holds anyway.
  const int doublings = std::clamp(attempt - 1, 0, 30);
  const double wanted = std::min(static_cast<double>(options.first.count()) * std::ldexp(1.0, doublings),
                                 static_cast<double>(options.max.count()));
  std::uniform_real_distribution<double> jitter(0.8, 1.2);
  const milliseconds delay{static_cast<std::int64_t>(wanted * jitter(random))};
  return std::clamp(delay, milliseconds{1}, std::max(options.give_up - age, milliseconds{1}));
}

pacer::pacer(double rate_per_second)
    : rate_(rate_per_second), burst_(std::max(1.0, rate_per_second / 10)),
      group_(std::max(1.0, burst_ * 0.6)), tokens_(burst_) {}

pacer::time_point pacer::next(time_point now) const {
  if (rate_ <= 0) return now;
  pacer at_now = *this;
  at_now.refill(now);
  const auto wanted = spent_ ? group_ : 1;
  if (at_now.tokens_ >= wanted) return now;
  const std::chrono::duration<double> missing((wanted - at_now.tokens_) / rate_);
  // One microsecond more, so that rounding can't ask for the same wait again.
  return now + std::chrono::duration_cast<std::chrono::microseconds>(missing) + std::chrono::microseconds{1};
}

void pacer::take(time_point now) {
  if (rate_ <= 0) return;
  refill(now);
  tokens_ -= 1;
  spent_ = tokens_ < 1;
}

void pacer::refill(time_point now) {
  if (now > filled_at_) {
    const std::chrono::duration<double> passed = now - filled_at_;
    tokens_ = std::min(burst_, tokens_ + passed.count() * rate_);
    filled_at_ = now;
  }
}

} // namespace foyer::mailer
