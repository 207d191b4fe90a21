#pragma once

#include "actors/checkout/checkout.hpp"
#include "actors/organisation/organisations.hpp"
#include "http/idempotency.hpp"
#include "http/router.hpp"
#include "http/throttle.hpp"

namespace foyer::http::buyer {

struct shop_services {
  organisation::registry& organisations;
  checkout::services& checkout;
  http::idempotency& idempotent;
  const server_secret& secret;
  http::throttle& throttle;
  const config::orders_settings& settings;
};

/// Quotes and orders of a point of sale, for guests, accounts and my-space sessions (O2). `services` must
/// outlive the router.
void add_shop_routes(router& to, shop_services& services);

} // namespace foyer::http::buyer
