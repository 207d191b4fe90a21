#pragma once

#include "http/house_services.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

/// Balances of clients: wallet, ledger, and entries by staff (W1, W3, W5).
void add_wallet_routes(router& to, house_services& with);

} // namespace foyer::http::staff
