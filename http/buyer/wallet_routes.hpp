#pragma once

#include "http/house_services.hpp"
#include "http/router.hpp"

namespace foyer::http::buyer {

/// The balance and its ledger in my space (W1).
void add_wallet_routes(router& to, house_services& with);

} // namespace foyer::http::buyer
