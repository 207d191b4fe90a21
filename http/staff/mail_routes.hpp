#pragma once

#include "http/router.hpp"
#include "http/staff/office_services.hpp"

namespace foyer::http::staff {

/// The outbox with the fate of each mail, retry and abort (M4), and the suppression of a client's address.
void add_mail_routes(router& to, office_services& with);

/// What a mail would say that staff are about to cause (M4).
void add_mail_preview_routes(router& to, office_services& with);

} // namespace foyer::http::staff
