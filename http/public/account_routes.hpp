#pragma once

#include "http/account_services.hpp"
#include "http/router.hpp"

namespace foyer::http {

/// Registration and confirmation (A1 to A4), password reset (A5), confirmation and undoing of a new e-mail
/// address (A7), and the first password of staff (A12): what works without a login.
void add_account_routes(router& to, account_services& with);

/// Log in, log out, who am I, and asking for the password again (A6).
void add_session_routes(router& to, account_services& with);

} // namespace foyer::http
