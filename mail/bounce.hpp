#pragma once

#include "actors/mailer/bounce.hpp"
#include "actors/vocabulary/secret.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace foyer::mail {

/// A delivery status notification (RFC 3464 in a multipart/report, RFC 6522) about a mail that failed for
/// good. Which mail it was stands in the address that the report went to (return_address) alone: the
/// Message-ID is an id that buyers see, so that anybody could name it. Reports of delays, deliveries and
/// mails of others are none. Any bytes; lines end with LF or CRLF.
std::optional<mailer::bounce> read_bounce(std::string_view message, const server_secret& secret);

/// Where reports about this mail go: "bounces@host.example" becomes "bounces+TOKEN@host.example". Only we can
/// make the token, so that nobody has a stranger's address suppressed by inventing reports.
std::string return_address(std::string_view configured, const mail_id& which, const server_secret& secret);

} // namespace foyer::mail
