#pragma once

#include "actors/offer/offer.hpp"
#include "actors/organisation/organisation.hpp"

#include <cstdint>
#include <string>
#include <vector>

// What the demonstration's house sells, made of events.csv, dates.csv, offers.csv and rates.csv. Pure.

namespace foyer::demo {

struct planned_offer {
  std::string key; // "aube/1": its event and which of the dates, or the key in offers.csv
  foyer::offer_id id;
  foyer::offer::details what;
  std::int64_t demand = 0; // how often it is bought, relative to others
  time_point created_at;
};

/// The season's dates in order of time, then courses, passes, vouchers, membership, merchandise and bookings.
/// Dates are relative to `base`; sales began with `founded`.
std::vector<planned_offer> plan_offers(std::uint64_t seed, time_point founded, time_point base);

/// The organisation with settings, form, tags and floors of organisation.csv, form.csv and tags.csv.
organisation::snapshot plan_organisation(std::uint64_t seed, time_point founded);

inline constexpr std::string_view demo_slug = "demo";

} // namespace foyer::demo
