#pragma once

#include "http/house_services.hpp"
#include "http/router.hpp"

namespace foyer::http {

/// What anybody may read: an organisation, its points of sale, and their offers with the places left.
void add_organisation_routes(router& to, house_services& with);

} // namespace foyer::http
