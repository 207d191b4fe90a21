#pragma once

#include "http/paper_services.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

/// POST /tickets/check: the code of a ticket at the door (O6). `with` must outlive the router.
void add_door_routes(router& to, paper_services& with);

} // namespace foyer::http::staff
