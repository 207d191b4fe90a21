#pragma once

#include "http/router.hpp"
#include "http/staff/office_services.hpp"
#include "http/staff/staff_request.hpp"

#include <string_view>

namespace foyer::http::staff {

/// GET /households/{household}/account-link: the accounts that it can be linked to (H7).
void add_link_routes(router& to, office_services& with);

/// To the owner of an account, who hears in their own language that it was linked to a client or separated
/// from one (H7): templates account_linked, account_unlinked, and of the latter with `restored` the account
/// has the record back that it had before.
mail_row link_mail(const account::state& owner, std::string_view template_name, const staff_request& by,
                   bool restored = false);

} // namespace foyer::http::staff
