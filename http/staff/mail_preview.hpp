#pragma once

#include "actors/household/household.hpp"
#include "actors/mailer/preview.hpp"
#include "actors/organisation/organisation.hpp"
#include "http/json/writer.hpp"

namespace foyer::http::staff {

/// A mail to this client in the organisation's name, without template and params.
mailer::queued_mail mail_to(const household::state& of, const organisation::snapshot& from, time_point now);

/// In whose name it is written.
void sign_as(mailer::queued_mail& to, const organisation::snapshot& from);

/// template, locale, from, to, reply_to, subject, text, html, into the object that is open.
void append_preview(json::writer& out, const mailer::previewed& of, const mailer::queued_mail& mail);

} // namespace foyer::http::staff
