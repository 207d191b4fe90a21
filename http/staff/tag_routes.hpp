#pragma once

#include "http/client_services.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

/// POST /tags/rename and /tags/remove: all households, and the rates for a tag, follow.
void add_tag_routes(router& to, client_services& with);

} // namespace foyer::http::staff
