#pragma once

#include "http/paper_services.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

/// What staff do with an order that was placed: refund it (O8), mail it again (O5). `with` must outlive the
/// router.
void add_refund_routes(router& to, paper_services& with);

} // namespace foyer::http::staff
