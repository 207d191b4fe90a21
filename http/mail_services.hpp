#pragma once

#include "actors/journal.hpp"
#include "actors/mailer/bounce.hpp"
#include "actors/mailer/records.hpp"
#include "http/house_services.hpp"
#include "http/router.hpp"

#include <string>

namespace foyer::http {

/// What the routes about mails ask that are not of the back office. All of it outlives the router.
struct mail_services {
  house_services& house;
  foyer::journal& journal;
  mailer::records& mails;
  mailer::bounce_reader read_bounce;
  std::string bounce_secret; // mail.bounce_secret; empty: nobody hands returned mails in
};

/// POST /api/v1/mail/bounces: mails that a mail server returned, one by one, from whatever receives them.
/// After install_gate(): puts the look at the secret before the gate that is there.
void add_bounce_route(router& to, mail_services& with);
/// The picture above an organisation's mails, for mail programs.
void add_logo_route(router& to, mail_services& with);

namespace buyer {
/// The mails that a household got (M4).
void add_my_mail_routes(router& to, mail_services& with);
} // namespace buyer

} // namespace foyer::http
