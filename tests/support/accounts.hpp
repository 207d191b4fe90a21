#pragma once

#include "actors/account/account.hpp"
#include "actors/vocabulary/secret.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

// Accounts at every step of their way, for the tests of their rules.

namespace foyer::account::samples {

using namespace std::chrono_literals;

inline const time_point noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};

inline supplies supplies_at(time_point at) {
  supplies with;
  with.at = at;
  with.limits = {24h, 48h, 24h, 1h, 24h, 24h * 7, 24h * 14, 5};
  with.token = {token_id{new_uuid(1)}, {}};
  with.second_token = {token_id{new_uuid(1)}, {}};
  with.mail = mail_id{new_uuid(1)};
  with.second_mail = mail_id{new_uuid(1)};
  with.removal = deadline_id{new_uuid(1)};
  with.reminder = deadline_id{new_uuid(1)};
  return with;
}

inline const sha256_hash claims_hash = sha256("the registering browser");

inline state blank() {
  state of;
  of.id = account_id{new_uuid(1)};
  return of;
}

inline register_new registration(time_point at = noon) {
  register_new command;
  command.email = *parse_email("Claire@Example.fr");
  command.username = "CDupont";
  command.password_hash = "first hash";
  command.first_name = "Claire";
  command.last_name = "Dupont";
  command.birth_date = std::chrono::year{1984} / 5 / 6;
  command.website = "https://claim.example";
  command.newsletter = true;
  command.locale = "fr";
  command.registration_hash = claims_hash;
  command.with = supplies_at(at);
  return command;
}

// Applies a command that must succeed; what it wrote goes to `rows`.
template <class Command>
auto apply(state& to, const Command& command, commit* rows = nullptr) {
  auto decided = decide(to, command);
  REQUIRE(decided.ok());
  to = decided->next;
  if (rows) *rows = decided->rows;
  return decided->result;
}

inline state pending() {
  auto of = blank();
  apply(of, registration());
  return of;
}

// What the database found by the link's hash. The account's own knowledge of the token goes first.
inline proof link(const token_id& of, token_purpose purpose = token_purpose::confirmation) {
  token found;
  found.id = of;
  found.purpose = purpose;
  found.created_at = noon;
  found.expires_at = noon + 24h;
  return {found, {}};
}
inline proof code(bool right) {
  return {std::nullopt, [right](const token_id&) { return right; }};
}
inline token_id newest(const state& of, token_purpose purpose) {
  const auto found =
      std::find_if(of.tokens.rbegin(), of.tokens.rend(), [&](auto& t) { return t.purpose == purpose; });
  REQUIRE(found != of.tokens.rend());
  return found->id;
}

inline confirm confirmation(const proof& given, time_point at = noon) {
  confirm command;
  command.proof = given;
  command.registration = claims_hash;
  command.with = supplies_at(at);
  return command;
}

inline state active() {
  auto of = pending();
  apply(of, confirmation(link(newest(of, token_purpose::confirmation))));
  return of;
}

template <class Row>
std::size_t count(const commit& rows) {
  return static_cast<std::size_t>(std::count_if(
      rows.cold.begin(), rows.cold.end(), [](const auto& row) { return std::holds_alternative<Row>(row); }));
}

template <class Command>
std::optional<errc> refusal_of(const state& now, const Command& command) {
  const auto decided = decide(now, command);
  if (!decided) return decided.error().code;
  if constexpr (std::is_same_v<typename Command::result, proven>) return decided->result.refused;
  return std::nullopt;
}

} // namespace foyer::account::samples
