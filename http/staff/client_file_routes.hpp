#pragma once

#include "http/client_services.hpp"
#include "http/router.hpp"

namespace foyer::http::staff {

/// The tabs of a client's file (H8): …/skills, …/cards and …/documents of a household, and below a member.
void add_skill_routes(router& to, client_services& with);
void add_card_routes(router& to, client_services& with);
void add_document_routes(router& to, client_services& with);

} // namespace foyer::http::staff
