#pragma once

#include "http/router.hpp"
#include "http/staff/office_services.hpp"

namespace foyer::http {

/// POST /unsubscribe/{token}: what mail programs send for "unsubscribe" (RFC 8058), and the button of the
/// page at GET, which changes nothing by itself, since scanners of mails open every link. M2, I5.
void add_unsubscribe_routes(router& to, staff::office_services& with);

} // namespace foyer::http
