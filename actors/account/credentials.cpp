#include "actors/account/account.hpp"
#include "actors/account/changes.hpp"

// Login, password, e-mail address and profile of an account that is there (A3, A5 to A7, A10).

namespace foyer::account {
namespace {

void set_password(change& to, const std::string& hash, const supplies& with, const origin& from) {
  to.next.password_hash = hash;
  to.next.password_changed_at = with.at;
  to.replace_tokens(token_purpose::password_reset);
  // A change of address that waits may be what made the owner choose another password.
  to.replace_tokens(token_purpose::email_change);
  to.mail(with.mail, "password_changed", to.next.email, with.at, {}, from);
}

void set_email(change& to, const std::string& typed) {
  to.former_email = to.next.email;
  to.new_email = typed;
  const auto address = parse_email(typed);
  to.next.email = typed;
  to.next.email_key = address ? address->key : typed;
}

} // namespace

decided<done> decide(const state& now, const begin_session& command) {
  if (!now.exists() || now.password_hash != command.verified_against) return errc::invalid_credentials;
  if (!now.active) return errc::email_unconfirmed;
  change to{now};
  to.rows.cold.emplace_back(command.session);
  if (command.rehashed) {
    to.next.password_hash = *command.rehashed;
  }
  return to.done_with(done{});
}

decided<done> decide(const state& now, const change_password& command) {
  if (!now.active || now.password_hash != command.verified_against) return errc::invalid_credentials;
  change to{now};
  set_password(to, command.new_hash, command.with, command.from);
  to.end_sessions(command.keep);
  return to.done_with(done{});
}

decided<done> decide(const state& now, const request_reset& command) {
  change to{now};
  if (!now.active) return to.done_with(done{}, false);
  const auto& with = command.with;
  const auto made =
      to.mint(token_purpose::password_reset, with.token, {}, with.at, with.limits.password_reset, true);
  to.mail(with.mail, "password_reset", now.email, with.at, made.id);
  return to.done_with(done{});
}

decided<proven> decide(const state& now, const reset_password& command) {
  change to{now};
  const auto checked = check_proof(to, token_purpose::password_reset, command.proof, command.with);
  if (!checked.found) return refuse_proof(to, checked);
  if (!command.new_hash) return to.done_with(proven{}, false);
  to.use(checked.found->id);
  set_password(to, *command.new_hash, command.with, command.from);
  to.end_sessions(std::nullopt);
  return to.done_with(proven{});
}

decided<done> decide(const state& now, const request_email_change& command) {
  if (!now.active || now.password_hash != command.verified_against) return errc::invalid_credentials;
  const auto& with = command.with;
  change to{now};
  to.former_email = now.email;
  to.new_email = command.email.shown;
  const auto made = to.mint(token_purpose::email_change, with.token, command.email.shown, with.at,
                            with.limits.email_change, true);
  to.mail(with.mail, "email_change_confirm", command.email.shown, with.at, made.id);
  // Earlier ways back stay: who took the account over must not be able to close the owner's by a second
  // change.
  const auto back = to.mint(token_purpose::email_undo, with.second_token, now.email, with.at,
                            with.limits.email_undo, false);
  to.mail(with.second_mail, "email_change_notice", now.email, with.at, back.id);
  return to.done_with(done{});
}

decided<proven> decide(const state& now, const confirm_email_change& command) {
  change to{now};
  const auto checked = check_proof(to, token_purpose::email_change, command.proof, command.with);
  if (!checked.found) return refuse_proof(to, checked);
  if (!now.active) return errc::token_unknown;
  to.use(checked.found->id);
  set_email(to, checked.found->subject);
  // A reset link that went to the former mailbox must not open the account any more.
  to.replace_tokens(token_purpose::password_reset);
  to.mail(command.with.mail, "email_changed", to.former_email, command.with.at);
  to.mail(command.with.second_mail, "email_changed", to.new_email, command.with.at);
  return to.done_with(proven{});
}

decided<proven> decide(const state& now, const undo_email_change& command) {
  const auto& with = command.with;
  change to{now};
  const auto checked = check_proof(to, token_purpose::email_undo, command.proof, with);
  if (!checked.found) return refuse_proof(to, checked);
  if (!now.active) return errc::token_unknown;
  to.use(checked.found->id);
  // Ways back that later changes brought lead to addresses of whoever made them.
  for (auto& each : to.next.tokens)
    if (each.purpose == token_purpose::email_undo && each.state == token_state::valid &&
        each.created_at >= checked.found->created_at)
      to.use(each.id);
  to.replace_tokens(token_purpose::email_change);
  if (checked.found->subject != now.email) set_email(to, checked.found->subject);
  to.end_sessions(std::nullopt);
  // Somebody knew the password: the owner chooses a new one.
  const auto made =
      to.mint(token_purpose::password_reset, with.token, {}, with.at, with.limits.password_reset, true);
  to.mail(with.mail, "password_reset", to.next.email, with.at, made.id);
  return to.done_with(proven{});
}

decided<state> decide(const state& now, const update_profile& command) {
  if (!now.exists()) return errc::not_found;
  if (command.expected_version && *command.expected_version != now.version) return errc::version_conflict;
  change to{now};
  if (command.first_name) to.next.first_name = *command.first_name;
  if (command.last_name) to.next.last_name = *command.last_name;
  if (command.locale) to.next.locale = *command.locale;
  if (command.website) to.next.website = *command.website;
  if (command.newsletter) to.next.newsletter = *command.newsletter;
  to.write_account();
  auto shown = to.next;
  return to.done_with(std::move(shown));
}

outcome<state> decide(const state& now, const get_view&) {
  if (!now.exists()) return errc::not_found;
  return now;
}

} // namespace foyer::account
