#pragma once

#include "http/router.hpp"
#include "http/staff/office_services.hpp"

namespace foyer::http::staff {

/// Campaigns of invitations (I1, I3 to I5): preview, start, list, progress by GET and by server-sent events.
void add_invitation_routes(router& to, office_services& with);

/// The words that an invitation is prefilled with (I2).
void add_invitation_template_routes(router& to, office_services& with);

} // namespace foyer::http::staff
