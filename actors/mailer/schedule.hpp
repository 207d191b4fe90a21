#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

namespace foyer::mailer {

using std::chrono::milliseconds;

struct retry_options {
  milliseconds first{30'000};  // before the second attempt
  milliseconds max{3'600'000}; // the doubling ends here
  milliseconds give_up{48 * 3'600'000};
};

/// How long to wait after attempt number `attempt` (from 1) of a mail that is `age` old: doubles from first
/// to max, one fifth of jitter up or down, and never beyond the last try at give_up. nullopt: give up (M1).
std::optional<milliseconds> retry_delay(const retry_options&, int attempt, milliseconds age,
                                        std::mt19937_64&);

/// A token bucket that lets a rate of events per second pass, with bursts of a tenth of a second's worth. Who
/// has used it up waits for several, since waking up for each one costs more than a mail.
class pacer {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// 0 or less: no limit.
  explicit pacer(double rate_per_second);

  /// When the next event may happen; not after `now` means at once.
  [[nodiscard]] time_point next(time_point now) const;
  /// Counts an event.
  void take(time_point now);

private:
  void refill(time_point now);

  double rate_;
  double burst_;
  double group_; // events for which a bucket that was used up is waited for; below burst_, so that a late
                 // waiter loses none
  double tokens_;
  bool spent_ = false;
  time_point filled_at_{};
};

} // namespace foyer::mailer
