#pragma once

#include "actors/checkout/checkout.hpp"
#include "http/house_services.hpp"
#include "http/router.hpp"

namespace foyer::http::buyer {

struct unpaid_order_services {
  house_services& house;
  checkout::services& checkout;
};

/// What a buyer may do with an order that awaits payment: pay it, or cancel it (O4). `services` must outlive
/// the router.
void add_unpaid_order_routes(router& to, unpaid_order_services& services);

} // namespace foyer::http::buyer
