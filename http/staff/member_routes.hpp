#pragma once

#include "http/house_services.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

/// Members of a client's household (H5).
void add_member_routes(router& to, house_services& with);

} // namespace foyer::http::staff
