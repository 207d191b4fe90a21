#pragma once

#include "http/paper_services.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

/// What the box office prints: tickets, receipts, invoices and credit notes (O5, O7). `with` must outlive the
/// router.
void add_paper_routes(router& to, paper_services& with);

} // namespace foyer::http::staff
