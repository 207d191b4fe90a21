#pragma once

#include "http/client_services.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

/// Below an offer (H13): its participants as JSON and CSV, enrolling and withdrawing by hand, presence.
void add_course_routes(router& to, client_services& with);

} // namespace foyer::http::staff
