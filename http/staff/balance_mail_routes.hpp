#pragma once

#include "http/router.hpp"
#include "http/staff/office_services.hpp"

namespace foyer::http::staff {

/// Mails that tell clients their balance (W7): preview and send of one, and of all that a filter meets.
void add_balance_mail_routes(router& to, office_services& with);

} // namespace foyer::http::staff
