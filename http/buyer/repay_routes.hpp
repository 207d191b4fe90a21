#pragma once

#include "http/buyer/unpaid_order_routes.hpp"
#include "http/router.hpp"

namespace foyer::http::buyer {

/// Settling a negative balance online (W8), and topping one up where the organisation lets it (W11).
/// `services` must outlive the router.
void add_repay_routes(router& to, unpaid_order_services& services);

} // namespace foyer::http::buyer
