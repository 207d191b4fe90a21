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
  mail_requests,    // per client address: mails asked for, to whatever address
  space_attempts,   // my-space doors, per client address
  space_numbers,    // my-space doors, per order number
  guest_places,     // per client address: places that orders of guests hold without having been paid
  guest_orders,  // per e-mail address: orders of guests, since each brings a mail to whoever has the address
  address_checks // whether an address has an account here, per member of staff (H1)
};
inline constexpr std::size_t budget_count = static_cast<std::size_t>(budget::address_checks) + 1;

/// Counts attempts in memory, bounded: the least recently used keys are forgotten first, of each budget by
/// itself, so that many addresses in one crowd nobody out of another. Everything is counted before the check
/// that it protects, so that many at once are no more than one after the other. Any thread.
class throttle {
public:
  using steady = std::chrono::steady_clock;

  virtual ~throttle() = default;

  /// Counts one, or `many` at once. Set: so much is not left, nothing was counted; how long to wait.
  virtual std::optional<std::chrono::seconds> take(budget of, std::string_view key, steady::time_point now,
                                                   std::int64_t many = 1) = 0;
  /// It was no failure after all.
  virtual void give_back(budget of, std::string_view key, steady::time_point now, std::int64_t many = 1) = 0;

  /// One try of a password, counted as failed until `succeeded`. Set: too early; how long to wait. Some are
  /// free, then the wait doubles up to a limit; never permanent. Keys of logins that nobody has ("login:…",
  /// which anybody can make up) are remembered apart from those of accounts and devices.
  virtual std::optional<std::chrono::seconds> attempt(std::string_view key, steady::time_point now) = 0;
  virtual void succeeded(std::string_view key) = 0;
};

/// Lifted when security.throttling is off: then nothing is ever refused.
std::unique_ptr<throttle> create_throttle(const config::settings& settings);

/// The key of a client: an IPv4 address, or the /64 network of an IPv6 one, which is what one customer has.
std::string client_key(std::string_view remote_address);

} // namespace foyer::http
