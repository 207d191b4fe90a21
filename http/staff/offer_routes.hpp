#pragma once

#include "http/house_services.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

/// Offers (O1): list, creation, changes, and taking out of sale.
void add_offer_routes(router& to, house_services& with);

} // namespace foyer::http::staff
