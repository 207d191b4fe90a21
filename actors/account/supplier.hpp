#pragma once

#include "actors/account/account.hpp"
#include "actors/vocabulary/secret.hpp"
#include "config/settings.hpp"

namespace foyer::account {

/// Makes what commands carry: time, ids and tokens. Any thread.
class supplier {
public:
  /// `clock` and `secret` must outlive it.
  supplier(const clock_source& clock, const server_secret& secret, const config::accounts_settings& settings);

  [[nodiscard]] supplies fresh() const;
  [[nodiscard]] time_point now() const { return clock_.now(); }
  [[nodiscard]] const lifetimes& limits() const noexcept { return limits_; }
  [[nodiscard]] const server_secret& secret() const noexcept { return secret_; }

private:
  [[nodiscard]] minted mint(std::int64_t unix_ms) const;

  const clock_source& clock_;
  const server_secret& secret_;
  lifetimes limits_;
};

/// Milliseconds since 1970, as ids of version 7 begin with.
std::int64_t unix_ms(time_point at) noexcept;

} // namespace foyer::account
