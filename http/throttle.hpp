#pragma once

#include "config/settings.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace foyer::http {

/// What is counted in a window of time, per key (QUALITY, "throttling").
enum class budget : std::uint8_t {
  address_failures, // per client address: failed logins, codes, keys
  registrations,    // per client address
  mails,            // per e-mail address that a mail would go to
  space_attempts,   // my-space doors, per client address and household or number
  address_checks    // whether an address has an account here, per member of staff (H1)
};

/// Counts attempts in memory, bounded: the least recently used keys are forgotten first. Everything is counted
/// before the check that it protects, so that many at once are no more than one after the other. Any thread.
class throttle {
public:
  using steady = std::chrono::steady_clock;

  virtual ~throttle() = default;

  /// Counts one. Set: the budget is used up, nothing was counted; how long to wait.
  virtual std::optional<std::chrono::seconds> take(budget of, std::string_view key, steady::time_point now) = 0;
  /// It was no failure after all.
  virtual void give_back(budget of, std::string_view key, steady::time_point now) = 0;

  /// One try of a password, counted as failed until `succeeded`. Set: too early; how long to wait. Some are free,
  /// then the wait doubles up to a limit; never permanent.
  virtual std::optional<std::chrono::seconds> attempt(std::string_view key, steady::time_point now) = 0;
  virtual void succeeded(std::string_view key) = 0;
};

/// Lifted when security.throttling is off: then nothing is ever refused.
std::unique_ptr<throttle> create_throttle(const config::settings& settings);

/// The key of a client: an IPv4 address, or the /64 network of an IPv6 one, which is what one customer has.
std::string client_key(std::string_view remote_address);

} // namespace foyer::http
