#include "actors/account/supplier.hpp"

namespace foyer::account {

std::int64_t unix_ms(time_point at) noexcept {
  return std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

supplier::supplier(const clock_source& clock, const server_secret& secret,
                   const config::accounts_settings& settings)
    : clock_(clock), secret_(secret) {
  limits_.confirmation = settings.confirmation_link;
  limits_.removal = settings.unconfirmed_removed_after;
  limits_.reminder = settings.reminder_after;
  limits_.password_reset = settings.password_reset_link;
  limits_.email_change = settings.email_change_link;
  limits_.email_undo = settings.email_change_undo;
  limits_.invitation = settings.invitation_link;
  limits_.code_tries = static_cast<int>(settings.code_tries);
}

minted supplier::mint(std::int64_t ms) const {
  minted made;
  made.id = token_id{new_uuid(ms)};
  made.hash = sha256(secret_.token(made.id));
  return made;
}

supplies supplier::fresh() const {
  supplies with;
  with.at = clock_.now();
  with.limits = limits_;
  const auto ms = unix_ms(with.at);
  with.token = mint(ms);
  with.second_token = mint(ms);
  with.mail = mail_id{new_uuid(ms)};
  with.second_mail = mail_id{new_uuid(ms)};
  with.removal = deadline_id{new_uuid(ms)};
  with.reminder = deadline_id{new_uuid(ms)};
  return with;
}

} // namespace foyer::account
