#pragma once

#include "http/router.hpp"
#include "http/staff/office_services.hpp"

namespace foyer::http::staff {

/// GET /audit (P2) and GET /wallets (W6).
void add_record_routes(router& to, office_services& with);

} // namespace foyer::http::staff
