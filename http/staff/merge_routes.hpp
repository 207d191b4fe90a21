#pragma once

#include "http/router.hpp"
#include "http/staff/office_services.hpp"

namespace foyer::http::staff {

/// Merging households: what would move, doing it, undoing it, and who might be one client twice (H9).
void add_merge_routes(router& to, office_services& with);

} // namespace foyer::http::staff
