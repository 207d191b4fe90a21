#pragma once

#include "http/paper_services.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

/// What came in and went out by method and seller (O5). `with` must outlive the router.
void add_takings_routes(router& to, paper_services& with);

} // namespace foyer::http::staff
