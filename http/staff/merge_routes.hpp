#pragma once

#include "http/house_services.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

/// Merging households: what would move, doing it, undoing it, and who might be one client twice (H9).
void add_merge_routes(router& to, house_services& with);

} // namespace foyer::http::staff
