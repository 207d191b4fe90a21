#include "tests/support/accounts.hpp"

using namespace foyer;
using namespace foyer::account;
using namespace foyer::account::samples;

TEST_CASE("A5 a reset works once within its hour, ends all sessions and tells the owner") {
  auto of = active();
  apply(of, request_reset{supplies_at(noon)});
  reset_password command;
  command.proof = link(newest(of, token_purpose::password_reset));
  command.new_hash = "second hash";
  command.with = supplies_at(noon + 1h);
  CHECK(refusal_of(of, command) == errc::token_expired);
  command.with = supplies_at(noon + 59min);
  commit rows;
  CHECK_FALSE(apply(of, command, &rows).refused);
  CHECK(of.password_hash == "second hash");
  CHECK(count<sessions_ended>(rows) == 1);
  REQUIRE(rows.mails.size() == 1);
  CHECK(rows.mails[0].template_name == "password_changed");
  CHECK(refusal_of(of, command) == errc::token_used);
}

TEST_CASE("A5 a login that was verified against the former password opens nothing") {
  auto of = active();
  begin_session login;
  login.verified_against = "first hash";
  CHECK_FALSE(refusal_of(of, login));
  change_password change;
  change.verified_against = "first hash";
  change.new_hash = "second hash";
  change.with = supplies_at(noon);
  apply(of, change);
  CHECK(refusal_of(of, login) == errc::invalid_credentials);
  CHECK(refusal_of(of, change) == errc::invalid_credentials);
}

TEST_CASE(
    "A6 changing the password ends the other sessions, and closes waiting resets and changes of address") {
  auto of = active();
  apply(of, request_reset{supplies_at(noon)});
  const auto reset = newest(of, token_purpose::password_reset);
  request_email_change moving{*parse_email("new@example.fr"), "first hash", supplies_at(noon)};
  apply(of, moving);
  change_password change;
  change.verified_against = "first hash";
  change.new_hash = "second hash";
  change.keep = session_id{new_uuid(1)};
  change.with = supplies_at(noon);
  commit rows;
  apply(of, change, &rows);
  const auto ended = std::find_if(rows.cold.begin(), rows.cold.end(), [](const auto& row) {
    return std::holds_alternative<sessions_ended>(row);
  });
  REQUIRE(ended != rows.cold.end());
  CHECK(std::get<sessions_ended>(*ended).except == change.keep);
  reset_password late;
  late.proof = link(reset);
  late.with = supplies_at(noon);
  CHECK(refusal_of(of, late) == errc::token_replaced);
  CHECK(refusal_of(of, confirm_email_change{link(newest(of, token_purpose::email_change)),
                                            supplies_at(noon)}) == errc::token_replaced);
}

TEST_CASE(
    "A7 the new address counts when it is confirmed; the old one is told at once and can undo for 7 days") {
  auto of = active();
  request_email_change moving{*parse_email("New@example.fr"), "first hash", supplies_at(noon)};
  commit rows;
  apply(of, moving, &rows);
  CHECK(of.email == "Claire@Example.fr");
  REQUIRE(rows.mails.size() == 2);
  CHECK(rows.mails[0].template_name == "email_change_confirm");
  CHECK(rows.mails[0].to_address == "New@example.fr");
  CHECK(rows.mails[1].template_name == "email_change_notice");
  CHECK(rows.mails[1].to_address == "Claire@Example.fr");

  const auto back = newest(of, token_purpose::email_undo);
  CHECK_FALSE(
      apply(of, confirm_email_change{link(newest(of, token_purpose::email_change)), supplies_at(noon + 1h)})
          .refused);
  CHECK(of.email == "New@example.fr");
  CHECK(of.email_key == "new@example.fr");
  CHECK(refusal_of(of, undo_email_change{link(back), supplies_at(noon + 24h * 7)}) == errc::token_expired);
  CHECK_FALSE(apply(of, undo_email_change{link(back), supplies_at(noon + 24h * 7 - 1s)}, &rows).refused);
  CHECK(of.email == "Claire@Example.fr");
  CHECK(count<sessions_ended>(rows) == 1);
}

TEST_CASE("A7 undoing before the confirmation kills the change") {
  auto of = active();
  apply(of, request_email_change{*parse_email("new@example.fr"), "first hash", supplies_at(noon)});
  CHECK_FALSE(
      apply(of, undo_email_change{link(newest(of, token_purpose::email_undo)), supplies_at(noon)}).refused);
  CHECK(refusal_of(of, confirm_email_change{link(newest(of, token_purpose::email_change)),
                                            supplies_at(noon)}) == errc::token_replaced);
}

TEST_CASE("A7 a thief who changes the address twice can't close the owner's way back, nor undo it") {
  auto of = active();
  apply(of, request_email_change{*parse_email("thief@example.fr"), "first hash", supplies_at(noon)});
  const auto owners_way = newest(of, token_purpose::email_undo);
  apply(of, confirm_email_change{link(newest(of, token_purpose::email_change)), supplies_at(noon)});
  apply(of, request_email_change{*parse_email("thief2@example.fr"), "first hash", supplies_at(noon + 1min)});
  const auto thiefs_way = newest(of, token_purpose::email_undo);
  apply(of, confirm_email_change{link(newest(of, token_purpose::email_change)), supplies_at(noon + 1min)});
  CHECK_FALSE(apply(of, undo_email_change{link(owners_way), supplies_at(noon + 1h)}).refused);
  CHECK(of.email == "Claire@Example.fr");
  CHECK(refusal_of(of, undo_email_change{link(thiefs_way), supplies_at(noon + 1h)}) == errc::token_used);
}

TEST_CASE("A9 registering an address that is there changes nothing of it, and its owner gets a mail") {
  auto of = active();
  commit rows;
  apply(of, register_again{supplies_at(noon)}, &rows);
  CHECK(rows.cold.size() == count<account_row>(rows)); // its version, nothing else
  REQUIRE(rows.mails.size() == 1);
  CHECK(rows.mails[0].template_name == "already_registered");

  auto waiting = pending();
  const auto first = newest(waiting, token_purpose::confirmation);
  apply(waiting, register_again{supplies_at(noon + 1h)}, &rows);
  CHECK(waiting.password_hash == "first hash");
  CHECK(waiting.registration_hash == claims_hash);
  CHECK(rows.mails[0].template_name == "confirmation");
  CHECK(refusal_of(waiting, confirmation(link(first))) == errc::token_replaced);
}

TEST_CASE("A5 every durable change carries the account's version, so that none lands whose ground was lost") {
  auto of = active();
  commit rows;
  apply(of, request_reset{supplies_at(noon)}, &rows);
  CHECK(count<account_row>(rows) == 1);
  begin_session login;
  login.verified_against = "first hash";
  apply(of, login, &rows);
  REQUIRE(count<account_row>(rows) == 1);
  CHECK(std::get<account_row>(rows.cold.front()).expected_version == of.version - 1);
}

TEST_CASE("A10 the mails of an account are in its language") {
  auto of = active();
  update_profile change;
  change.locale = "en";
  apply(of, change);
  commit rows;
  apply(of, request_reset{supplies_at(noon)}, &rows);
  CHECK(rows.mails[0].locale == "en");
}

TEST_CASE("S4 a profile changes by any subset, and only from its latest version") {
  auto of = active();
  update_profile change;
  change.last_name = "Martin";
  change.expected_version = of.version;
  const auto shown = apply(of, change);
  CHECK(shown.last_name == "Martin");
  CHECK(shown.first_name == "Claire");
  CHECK(refusal_of(of, change) == errc::version_conflict);
}

TEST_CASE("A12 staff choose their password by the welcome mail's link, which confirms the address") {
  auto of = pending();
  of.password_hash = "!";
  token welcome;
  welcome.id = token_id{new_uuid(1)};
  welcome.purpose = token_purpose::staff_welcome;
  welcome.created_at = noon;
  welcome.expires_at = noon + 24h * 14;
  // given out at the command line: the account in memory has not heard of it
  accept_welcome command;
  command.proof = {welcome, {}};
  command.password_hash = "staff hash";
  command.with = supplies_at(noon + 24h);
  commit rows;
  CHECK_FALSE(apply(of, command, &rows).refused);
  CHECK(of.active);
  CHECK(of.password_hash == "staff hash");
  CHECK(count<session_row>(rows) == 1);
  CHECK(refusal_of(of, command) == errc::token_used);
}

TEST_CASE("A12 a welcome opens a pending account that only its link makes usable") {
  auto of = blank();
  welcome_staff welcome;
  welcome.email = *parse_email("jeanne@theatre.example");
  welcome.username = "jmoreau";
  welcome.password_hash = "!";
  welcome.first_name = "Jeanne";
  welcome.locale = "fr";
  welcome.organisation = organisation_id{new_uuid(1)};
  welcome.role = "editor";
  welcome.rows.cold.emplace_back(role_row{welcome.organisation, of.id, "editor", noon});
  welcome.with = supplies_at(noon);
  commit rows;
  apply(of, welcome, &rows);
  CHECK(of.pending());
  // The account comes before the role that belongs to it.
  REQUIRE(std::holds_alternative<account_row>(rows.cold.front()));
  REQUIRE(std::holds_alternative<role_row>(rows.cold[1]));
  REQUIRE(rows.mails.size() == 1);
  CHECK(rows.mails.front().template_name == "staff_welcome");
  CHECK(rows.mails.front().organisation == welcome.organisation);
  CHECK(rows.deadlines.empty());

  welcome.with = supplies_at(noon + 1h);
  apply(of, welcome);
  REQUIRE(of.tokens.size() == 2);
  CHECK(of.tokens.front().state == token_state::replaced);
  CHECK(of.tokens.back().state == token_state::valid);

  of.active = true;
  CHECK(decide(of, welcome).error().code == errc::conflict);
}

TEST_CASE("H2 an invited owner's account wipes the claim of whoever registered the address") {
  auto of = blank();
  apply(of, registration());
  open_invited opening;
  opening.email = *parse_email("claire@example.fr");
  opening.username = "other";
  opening.password_hash = "the owner's hash";
  opening.first_name = "Vraie";
  opening.last_name = "Personne";
  opening.locale = "en";
  opening.with = supplies_at(noon + 1h);
  commit rows;
  apply(of, opening, &rows);
  CHECK(of.active);
  CHECK(of.password_hash == "the owner's hash");
  CHECK(of.first_name == "Vraie");
  CHECK(of.website.empty());
  CHECK_FALSE(of.newsletter);
  CHECK_FALSE(of.birth_date);
  CHECK(of.username == "CDupont"); // it never changes (A8)
  CHECK(of.tokens.front().state == token_state::replaced);
  CHECK(std::holds_alternative<session_row>(rows.cold.back()));
  CHECK(decide(of, opening).error().code == errc::conflict);
}
