#pragma once

#include "http/house_services.hpp"
#include "http/router.hpp"

namespace foyer::http::buyer {

/// The household in my space: its data, form answers and members (S4, S8).
void add_household_routes(router& to, house_services& with);

} // namespace foyer::http::buyer
