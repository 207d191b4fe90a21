#pragma once

#include "http/house_services.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

/// Clients: list, changes, archive, members (H1, H4, H5, H6, H11).
void add_household_routes(router& to, house_services& with);

} // namespace foyer::http::staff
