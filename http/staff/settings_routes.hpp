#pragma once

#include "http/house_services.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

/// Settings, points of sale, purchase form and tags of an organisation.
void add_settings_routes(router& to, house_services& with);

} // namespace foyer::http::staff
