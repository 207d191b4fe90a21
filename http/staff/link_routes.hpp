#pragma once

#include "http/router.hpp"
#include "http/staff/office_services.hpp"

namespace foyer::http::staff {

/// GET /households/{household}/account-link: the accounts that it can be linked to (H7).
void add_link_routes(router& to, office_services& with);

} // namespace foyer::http::staff
