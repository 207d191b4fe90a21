#pragma once

#include "http/client_services.hpp"
#include "http/router.hpp"

namespace foyer::http::buyer {

/// A household's own cards, and the documents that staff show it (H8).
void add_file_routes(router& to, client_services& with);

} // namespace foyer::http::buyer
