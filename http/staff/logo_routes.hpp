#pragma once

#include "http/router.hpp"
#include "http/staff/office_services.hpp"

namespace foyer::http::staff {

/// The picture above an organisation's mails (M2): taken over and taken away.
void add_logo_routes(router& to, office_services& with);

/// "image/png", "image/jpeg" or "image/gif" by a picture's first bytes; empty: none of these. Nothing else is
/// taken, since nothing else can hold no script.
std::string_view picture_type(std::string_view bytes) noexcept;

} // namespace foyer::http::staff
