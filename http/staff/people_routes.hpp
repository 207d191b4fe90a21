#pragma once

#include "http/router.hpp"
#include "http/staff/office_services.hpp"

namespace foyer::http::staff {

/// /staff: the people with roles (A12). A role that is taken away is gone with the very next request.
void add_people_routes(router& to, office_services& with);

} // namespace foyer::http::staff
