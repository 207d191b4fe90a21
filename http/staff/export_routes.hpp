#pragma once

#include "http/router.hpp"
#include "http/staff/office_services.hpp"

namespace foyer::http::staff {

/// The lists of clients, wallets and orders as CSV (H10, W6), by the filters of the lists. Sent page by page,
/// so that memory does not follow the length; written to the audit log, since they hold many people's data.
void add_export_routes(router& to, office_services& with);

} // namespace foyer::http::staff
