#include "actors/account/account.hpp"

#include "actors/account/changes.hpp"
#include "actors/account/username.hpp"

// Registration, confirmation and their deadlines (A1 to A4).

namespace foyer::account {
namespace {

decided<done> nothing(const state& now) {
  return change{now}.done_with(done{}, false);
}

void send_link(change& to, const supplies& with) {
  const auto made =
      to.mint(token_purpose::confirmation, with.token, {}, with.at, with.limits.confirmation, true);
  to.mail(with.mail, "confirmation", to.next.email, with.at, made.id);
}

void activate(change& to, const supplies& with) {
  to.next.active = true;
  to.next.confirmed_at = with.at;
  to.next.registration_hash.reset();
  to.replace_tokens(token_purpose::confirmation);
  to.end_deadlines();
}

deadline_row deadline_of(const state& of, deadline_kind kind, const deadline_id& id, time_point due) {
  return {id, kind, of.id.value, of.registered_at, due};
}

// Somebody else may have registered this address: nothing that they wrote stays but the names, which may be
// changed.
void wipe_claim(state& of, const confirm& command) {
  of.password_hash = *command.new_password_hash;
  of.password_changed_at = command.with.at;
  of.birth_date.reset();
  of.website.clear();
  of.newsletter = false;
  if (command.first_name) of.first_name = *command.first_name;
  if (command.last_name) of.last_name = *command.last_name;
}

// An account that was not there: the address and the username are its own from now on (A8, A9).
void begin(state& next, const auto& command) {
  next.removed = false;
  next.email = command.email.shown;
  next.email_key = command.email.key;
  next.username = command.username;
  next.username_key = username_key(command.username);
  next.created_at = command.with.at;
}

void set_password(state& next, const auto& command) {
  next.password_hash = command.password_hash;
  next.password_changed_at = command.with.at;
}

// What people type about themselves when they register, and when they accept an invitation.
void describe(state& next, const auto& command) {
  next.first_name = command.first_name;
  next.last_name = command.last_name;
  next.birth_date = command.birth_date;
  next.locale = command.locale;
  next.website = command.website;
  next.newsletter = command.newsletter;
}

} // namespace

decided<done> decide(const state& now, const register_new& command) {
  if (now.exists()) return errc::conflict;
  change to{now};
  auto& next = to.next;
  begin(next, command);
  set_password(next, command);
  describe(next, command);
  next.registered_at = command.organisation;
  next.registration_hash = command.registration_hash;
  const auto& with = command.with;
  send_link(to, with);
  to.rows.deadlines.push_back(
      deadline_of(next, deadline_kind::account_removal, with.removal, with.at + with.limits.removal));
  if (with.limits.reminder < with.limits.removal)
    to.rows.deadlines.push_back(deadline_of(next, deadline_kind::confirmation_reminder, with.reminder,
                                            with.at + with.limits.reminder));
  to.write_account();
  return to.done_with(done{});
}

decided<done> decide(const state& now, const register_again& command) {
  if (!now.exists()) return nothing(now);
  change to{now};
  if (now.pending())
    send_link(to, command.with);
  else
    to.mail(command.with.mail, "already_registered", now.email, command.with.at);
  return to.done_with(done{});
}

decided<done> decide(const state& now, const resend_confirmation& command) {
  if (!now.pending()) return nothing(now);
  change to{now};
  send_link(to, command.with);
  return to.done_with(done{});
}

decided<done> decide(const state& now, const correct_address& command) {
  if (!now.pending() || now.password_hash != command.verified_against) return nothing(now);
  change to{now};
  to.next.email = command.email.shown;
  to.next.email_key = command.email.key;
  send_link(to, command.with);
  return to.done_with(done{});
}

decided<proven> decide(const state& now, const confirm& command) {
  change to{now};
  const auto checked = check_proof(to, token_purpose::confirmation, command.proof, command.with);
  if (!checked.found) return refuse_proof(to, checked);
  if (!now.pending()) return errc::token_used; // confirmed by the other link meanwhile
  const bool here =
      command.registration && now.registration_hash && *command.registration == *now.registration_hash;
  const bool knows_password = command.verified_against && *command.verified_against == now.password_hash;
  if (command.new_password_hash)
    wipe_claim(to.next, command);
  else if (!here && !knows_password)
    return errc::password_required;
  to.rows = command.rows;
  to.use(checked.found->id);
  activate(to, command.with);
  return to.done_with(proven{});
}

decided<done> decide(const state& now, const welcome_staff& command) {
  if (now.active) return errc::conflict;
  const auto& with = command.with;
  change to{now};
  to.rows = command.rows;
  auto& next = to.next;
  if (!now.exists()) {
    begin(next, command);
    set_password(next, command);
    next.first_name = command.first_name;
    next.last_name = command.last_name;
    next.locale = command.locale;
  } else if (now.registered_at) {
    // Whoever registered the address has no more than 48 h (A4); the organisation's invitation lasts longer.
    to.end_deadlines();
  }
  to.role = command.role;
  to.told_by = command.organisation;
  const auto made =
      to.mint(token_purpose::staff_welcome, with.token, {}, with.at, with.limits.invitation, true);
  to.mail(with.mail, "staff_welcome", next.email, with.at, made.id);
  to.write_account();
  return to.done_with(done{});
}

decided<proven> decide(const state& now, const accept_welcome& command) {
  change to{now};
  const auto checked = check_proof(to, token_purpose::staff_welcome, command.proof, command.with);
  if (!checked.found) return refuse_proof(to, checked);
  if (!command.password_hash) return to.done_with(proven{}, false);
  to.use(checked.found->id);
  to.next.password_hash = *command.password_hash;
  to.next.password_changed_at = command.with.at;
  activate(to, command.with);
  to.end_sessions(std::nullopt);
  to.rows.cold.emplace_back(command.session);
  return to.done_with(proven{});
}

decided<done> decide(const state& now, const open_invited& command) {
  if (now.active) return errc::conflict;
  change to{now};
  auto& next = to.next;
  if (!now.exists()) {
    begin(next, command);
    next.registered_at = command.organisation;
  }
  set_password(next, command);
  describe(next, command);
  activate(to, command.with);
  to.write_account();
  to.rows.cold.emplace_back(command.session);
  return to.done_with(done{});
}

decided<done> decide(const state& now, const remove_if_due& command) {
  if (now.removed) return nothing(now);
  change to{now};
  to.rows.cold.emplace_back(deadline_done{deadline_kind::account_removal, now.id.value});
  if (!now.pending()) return to.done_with(done{});
  if (command.with.at < now.created_at + command.with.limits.removal) return nothing(now);
  to.rows.cold.emplace_back(deadline_done{deadline_kind::confirmation_reminder, now.id.value});
  to.rows.cold.emplace_back(account_removed{now.id, now.version});
  to.next = state{};
  to.next.id = now.id;
  to.next.removed = true;
  return to.done_with(done{});
}

decided<done> decide(const state& now, const remind_if_due& command) {
  if (now.removed) return nothing(now);
  const auto& with = command.with;
  change to{now};
  to.rows.cold.emplace_back(deadline_done{deadline_kind::confirmation_reminder, now.id.value});
  if (!now.pending()) return to.done_with(done{});
  const auto due = now.created_at + with.limits.reminder;
  if (now.reminded || with.at < due) return nothing(now);
  // Met a second time after a reload: the link that it sent the first time tells, or one that was asked for
  // since.
  for (const auto& each : now.tokens)
    if (each.purpose == token_purpose::confirmation && each.created_at >= due) return to.done_with(done{});
  // What came due while the server was down may leave nothing to remind of.
  const auto left = now.created_at + with.limits.removal - with.at;
  if (left <= duration::zero()) return to.done_with(done{});
  const auto made = to.mint(token_purpose::confirmation, with.token, {}, with.at,
                            std::min(with.limits.confirmation, left), false);
  to.next.reminded = true;
  to.removed_at = rfc3339(now.created_at + with.limits.removal);
  to.mail(with.mail, "confirmation_reminder", now.email, with.at, made.id);
  return to.done_with(done{});
}

} // namespace foyer::account
