#pragma once

#include "actors/checkout/checkout.hpp"
#include "actors/organisation/organisations.hpp"
#include "http/idempotency.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

struct order_services {
  organisation::registry& organisations;
  checkout::services& checkout;
  http::idempotency& idempotent;
  const server_secret& secret;
};

/// Box-office orders, payments recorded later, cancellations, and the list (O4, O5). `services` must outlive
/// the router.
void add_order_routes(router& to, order_services& services);

} // namespace foyer::http::staff
