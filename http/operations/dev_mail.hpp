#pragma once

#include "actors/mailer/mailbox.hpp"
#include "http/router.hpp"

#include <chrono>
#include <memory>

namespace foyer::http::operations {

/// The mailbox of the demonstration (M3); add it in that mode only, because it shows everybody's mails to
/// anybody.
///
/// GET /dev/mail: a page, or with `Accept: application/json` {"items": [{id, to, subject, text, html, links,
/// created_at}]}, newest first. ?to= ?q= filter, ?after=ID leaves out that mail and all older ones, ?limit=
/// (50, at most 200). ?wait=5s answers as soon as something matches, at the latest after that time (at most
/// `wait_max`). GET /dev/mail/{id}: one mail; /dev/mail/{id}/html: its HTML part, sandboxed. Reads files on
/// the serving thread: fine for a demonstration.
void add_dev_mail_routes(router&, std::shared_ptr<mailer::mailbox>, std::chrono::milliseconds wait_max);

} // namespace foyer::http::operations
