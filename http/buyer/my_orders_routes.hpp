#pragma once

#include "http/house_services.hpp"
#include "http/router.hpp"

namespace foyer::http::buyer {

/// Tickets with their QR codes, orders and benefits in my space (S1, S2, S3, S5).
void add_my_orders_routes(router& to, house_services& with);

} // namespace foyer::http::buyer
