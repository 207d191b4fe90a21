#pragma once

#include "http/paper_services.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

/// Billing, purchases and statements of a client (H8). `with` must outlive the router.
void add_billing_routes(router& to, paper_services& with);

} // namespace foyer::http::staff
