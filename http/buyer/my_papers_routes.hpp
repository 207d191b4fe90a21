#pragma once

#include "http/paper_services.hpp"
#include "http/router.hpp"

namespace foyer::http::buyer {

/// My tickets, invoices and credit notes as PDF (S1, S2). `with` must outlive the router.
void add_my_papers_routes(router& to, paper_services& with);

} // namespace foyer::http::buyer
