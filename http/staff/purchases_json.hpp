#pragma once

#include "actors/household/household.hpp"
#include "actors/offer/offer.hpp"
#include "actors/order/order.hpp"

#include <map>
#include <string>
#include <vector>

namespace foyer::http::staff {

/// H8: what the orders hold for each member, with what of it was cancelled; below them merchandise, passes
/// and vouchers, and bookings of the whole family. A place without a participant is the responsible person's.
/// Pure.
std::string purchases_json(const household::state& whose, const std::vector<order::state>& orders,
                           const std::map<offer_id, offer::kind>& kinds, const currency& unit,
                           const std::optional<std::string>& next_cursor);

} // namespace foyer::http::staff
