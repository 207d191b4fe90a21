#pragma once

#include "http/account_services.hpp"
#include "http/router.hpp"

namespace foyer::http::buyer {

/// The account of the caller: profile, password, e-mail address, sessions (S4, A5 to A7, A10).
void add_me_routes(router& to, account_services& with);

} // namespace foyer::http::buyer
