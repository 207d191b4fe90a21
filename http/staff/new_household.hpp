#pragma once

#include "http/router.hpp"
#include "http/staff/office_services.hpp"

namespace foyer::http::staff {

/// POST /households: a client by hand (H1), with the activation request (H2).
void add_new_household_route(router& to, office_services& with);

} // namespace foyer::http::staff
