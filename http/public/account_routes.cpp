#include "http/public/account_routes.hpp"

#include "http/bind.hpp"
#include "http/public/confirmation.hpp"
#include "http/public/recovery.hpp"
#include "http/public/registration.hpp"

namespace foyer::http {

void add_account_routes(router& to, account_services& with) {
  to.add(verb::post, "/api/v1/accounts", bind<post_account>(with), {.operation = "register"});
  to.add(verb::post, "/api/v1/accounts/correction", bind<post_correction>(with),
         {.operation = "correct_address"});
  to.add(verb::post, "/api/v1/accounts/confirm", bind<post_confirmation>(with),
         {.operation = "confirm_account"});
  to.add(verb::post, "/api/v1/accounts/confirmation-mails", bind<post_confirmation_mail>(with),
         {.operation = "send_confirmation"});
  to.add(verb::post, "/api/v1/password-resets", bind<post_password_reset>(with),
         {.operation = "request_reset"});
  to.add(verb::post, "/api/v1/password-resets/confirm", bind<post_password_reset_confirm>(with),
         {.operation = "reset_password"});
  to.add(verb::post, "/api/v1/email-changes/confirm", bind<post_email_change_confirm>(with),
         {.operation = "confirm_email_change"});
  to.add(verb::post, "/api/v1/email-changes/undo", bind<post_email_change_undo>(with),
         {.operation = "undo_email_change"});
  to.add(verb::post, "/api/v1/invitations/accept", bind<post_invitation_accept>(with),
         {.operation = "accept_invitation"});
}

} // namespace foyer::http
