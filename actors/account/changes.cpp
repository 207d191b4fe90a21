#include "actors/account/changes.hpp"

#include "actors/vocabulary/json_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace foyer::account {
namespace {

// Dead tokens kept in memory, to tell a late click what became of its link; the database has the others too.
constexpr std::size_t dead_tokens_max = 12;

void forget_oldest_dead(std::vector<token>& tokens) {
  const auto dead = [](const token& each) { return each.state != token_state::valid; };
  if (static_cast<std::size_t>(std::count_if(tokens.begin(), tokens.end(), dead)) <= dead_tokens_max) return;
  tokens.erase(std::find_if(tokens.begin(), tokens.end(), dead)); // they stand in order of creation
}

errc why_dead(const token& of) {
  switch (of.state) {
  case token_state::used: return errc::token_used;
  case token_state::replaced: return errc::token_replaced;
  case token_state::valid: break;
  }
  return errc::token_expired;
}

} // namespace

std::string rfc3339(time_point at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day on{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(on.year()),
                static_cast<unsigned>(on.month()), static_cast<unsigned>(on.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

const token& change::mint(token_purpose purpose, const minted& fresh, std::string subject, time_point at,
                          duration life, bool replace) {
  if (replace) replace_tokens(purpose);
  token made;
  made.id = fresh.id;
  made.purpose = purpose;
  made.subject = std::move(subject);
  made.created_at = at;
  made.expires_at = at + life;

  token_row row;
  row.id = made.id;
  row.purpose = purpose;
  row.hash = fresh.hash;
  row.account = next.id;
  row.organisation = told_by ? told_by : next.registered_at;
  row.subject = made.subject;
  row.created_at = made.created_at;
  row.expires_at = made.expires_at;
  rows.cold.emplace_back(std::move(row));

  forget_oldest_dead(next.tokens);
  return next.tokens.emplace_back(std::move(made));
}

void change::replace_tokens(token_purpose purpose) {
  bool any = false;
  for (auto& each : next.tokens) {
    if (each.purpose != purpose || each.state != token_state::valid) continue;
    each.state = token_state::replaced;
    any = true;
  }
  if (any) rows.cold.emplace_back(tokens_replaced{purpose, next.id, std::nullopt});
}

void change::use(const token_id& which) {
  for (auto& each : next.tokens)
    if (each.id == which) each.state = token_state::used;
  rows.cold.emplace_back(token_used{which});
}

void change::mail(const mail_id& id, std::string_view template_name, const std::string& address,
                  time_point at, const std::optional<token_id>& link, const origin& from) {
  json_object params;
  params.add("first_name", next.first_name).add("last_name", next.last_name);
  params.add("username", next.username).add("email", next.email);
  params.add("changed_at", rfc3339(at)).add("device", from.device).add("address", from.address);
  params.add("old_email", former_email).add("new_email", new_email);
  if (!role.empty()) params.add("role", role);
  if (!removed_at.empty()) params.add("removed_at", removed_at);
  if (link) params.add("token_id", to_string(*link));

  mail_row row;
  row.id = id;
  row.organisation = told_by ? told_by : next.registered_at;
  row.template_name = template_name;
  row.locale = next.locale;
  row.to_address = address;
  row.to_name = next.first_name.empty() ? next.last_name : next.first_name + ' ' + next.last_name;
  row.params = params.text();
  row.priority = mail_priority::security;
  row.at = at;
  rows.mails.push_back(std::move(row));
}

void change::write_account() {
  written_ = true;
  next.version = before.version + 1;
  account_row row;
  row.id = next.id;
  row.expected_version = before.version;
  row.version = next.version;
  row.email = next.email;
  row.email_key = next.email_key;
  row.username = next.username;
  row.username_key = next.username_key;
  row.password_hash = next.password_hash;
  row.first_name = next.first_name;
  row.last_name = next.last_name;
  row.birth_date = next.birth_date;
  row.locale = next.locale;
  row.website = next.website;
  row.newsletter = next.newsletter;
  row.active = next.active;
  row.registered_at = next.registered_at;
  row.registration_hash = next.registration_hash;
  row.created_at = next.created_at;
  row.confirmed_at = next.confirmed_at;
  row.password_changed_at = next.password_changed_at;
  // First, so that tokens and sessions find the account that they belong to.
  rows.cold.emplace(rows.cold.begin(), std::move(row));
}

void change::end_deadlines() {
  rows.cold.emplace_back(deadline_done{deadline_kind::account_removal, next.id.value});
  rows.cold.emplace_back(deadline_done{deadline_kind::confirmation_reminder, next.id.value});
}

void change::end_sessions(std::optional<session_id> except) {
  rows.cold.emplace_back(sessions_ended{next.id, except});
}

proof_result check_proof(change& to, token_purpose purpose, const proof& given, const supplies& with) {
  proof_result result;
  if (given.token && std::none_of(to.next.tokens.begin(), to.next.tokens.end(),
                                  [&](const token& each) { return each.id == given.token->id; }))
    to.next.tokens.push_back(*given.token);
  std::vector<token*> live;
  for (auto& each : to.next.tokens) {
    if (each.purpose != purpose) continue;
    const bool matches = given.token ? each.id == given.token->id
                                     : given.code_matches && each.code_failures < with.limits.code_tries &&
                                           given.code_matches(each.id);
    const bool alive = each.state == token_state::valid && with.at < each.expires_at;
    if (matches && alive) {
      result.found = each;
      return result;
    }
    if (matches) result.refused = why_dead(each);
    if (alive && each.code_failures < with.limits.code_tries) live.push_back(&each);
  }
  if (given.token || result.refused != errc::token_unknown) return result;
  // A wrong code counts for every code that it might have been. The code dies at the limit, the link lives
  // on: else anybody could kill the links of others by typing nonsense.
  constexpr int never = 32'000;
  for (auto* each : live) {
    ++each->code_failures;
    to.rows.cold.emplace_back(token_code_failed{each->id, never});
    result.counted = true;
  }
  return result;
}

decided<proven> refuse_proof(change& to, const proof_result& checked) {
  return to.done_with(proven{checked.refused}, checked.counted);
}

} // namespace foyer::account
