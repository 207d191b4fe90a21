#pragma once

#include "actors/vocabulary/time.hpp"

#include <optional>
#include <string_view>

namespace foyer::http::staff {

/// Which wallets by their last balance mail (W6): before a time or never, or since a time.
struct last_mail {
  std::optional<time_point> before;
  std::optional<time_point> since;
};

/// "never", "sent", or a day "YYYY-MM-DD": last mail before that day (UTC), or never. nullopt: none of these.
std::optional<last_mail> parse_last_mail(std::string_view text);

} // namespace foyer::http::staff
