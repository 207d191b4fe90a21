#include "tests/support/accounts.hpp"

using namespace foyer;
using namespace foyer::account;
using namespace foyer::account::samples;

TEST_CASE("A1 registering writes the account, its link, its mail and its deadlines at once") {
  auto of = blank();
  commit rows;
  apply(of, registration(), &rows);
  CHECK(of.pending());
  CHECK(of.email == "Claire@Example.fr");
  CHECK(of.email_key == "claire@example.fr");
  CHECK(of.username_key == "cdupont");
  CHECK(std::holds_alternative<account_row>(rows.cold.front()));
  CHECK(count<token_row>(rows) == 1);
  REQUIRE(rows.mails.size() == 1);
  CHECK(rows.mails[0].template_name == "confirmation");
  CHECK(rows.mails[0].to_address == "Claire@Example.fr");
  CHECK(rows.mails[0].params.find(to_string(of.tokens[0].id)) != std::string::npos);
  REQUIRE(rows.deadlines.size() == 2);
  CHECK(rows.deadlines[0].due_at == noon + 48h);
  CHECK(rows.deadlines[1].kind == deadline_kind::confirmation_reminder);
}

TEST_CASE("A2 the link is good for 24 hours, once, from the browser that registered") {
  const auto now = pending();
  const auto with_link = confirmation(link(newest(now, token_purpose::confirmation)));
  auto of = now;
  commit rows;
  CHECK_FALSE(apply(of, with_link, &rows).refused);
  CHECK(of.active);
  CHECK(of.confirmed_at == noon);
  CHECK_FALSE(of.registration_hash);
  CHECK(count<token_used>(rows) == 1);
  CHECK(count<deadline_done>(rows) == 2);
  CHECK(refusal_of(of, with_link) == errc::token_used);

  auto late = with_link;
  late.with.at = noon + 24h;
  CHECK(refusal_of(now, late) == errc::token_expired);
  CHECK(refusal_of(now, confirmation(link(token_id{new_uuid(1)}, token_purpose::email_undo))) ==
        errc::token_unknown);
}

TEST_CASE("A2 a newer link kills the older one") {
  auto of = pending();
  const auto first = newest(of, token_purpose::confirmation);
  commit rows;
  apply(of, resend_confirmation{supplies_at(noon + 1h)}, &rows);
  CHECK(count<tokens_replaced>(rows) == 1);
  CHECK(refusal_of(of, confirmation(link(first))) == errc::token_replaced);
  CHECK_FALSE(refusal_of(of, confirmation(link(newest(of, token_purpose::confirmation)))));
}

TEST_CASE("A2 another browser needs the password chosen at registration, or sets a new one") {
  const auto now = pending();
  auto command = confirmation(link(newest(now, token_purpose::confirmation)));
  command.registration.reset();
  CHECK(refusal_of(now, command) == errc::password_required);
  command.registration = sha256("another browser");
  CHECK(refusal_of(now, command) == errc::password_required);
  command.verified_against = "some other hash";
  CHECK(refusal_of(now, command) == errc::password_required);

  command.verified_against = "first hash";
  auto of = now;
  CHECK_FALSE(apply(of, command).refused);
  CHECK(of.password_hash == "first hash");
  CHECK(of.website == "https://claim.example");
}

TEST_CASE("A2 a new password wipes the claim of whoever registered the address") {
  auto of = pending();
  auto command = confirmation(link(newest(of, token_purpose::confirmation)));
  command.registration.reset();
  command.new_password_hash = "owner's hash";
  command.first_name = "Clara";
  CHECK_FALSE(apply(of, command).refused);
  CHECK(of.password_hash == "owner's hash");
  CHECK(of.first_name == "Clara");
  CHECK(of.last_name == "Dupont");
  CHECK(of.website.empty());
  CHECK_FALSE(of.newsletter);
  CHECK_FALSE(of.birth_date);
}

TEST_CASE("A2 the code has five tries, each counted, and its end leaves the link good") {
  auto of = pending();
  for (int i = 0; i < 5; ++i) {
    auto decided = decide(of, confirmation(code(false)));
    REQUIRE(decided.ok());
    CHECK(decided->durable);
    CHECK(decided->result.refused == errc::token_unknown);
    CHECK(count<token_code_failed>(decided->rows) == 1);
    of = decided->next;
  }
  CHECK(refusal_of(of, confirmation(code(true))) == errc::token_unknown);
  CHECK_FALSE(refusal_of(of, confirmation(link(newest(of, token_purpose::confirmation)))));
}

TEST_CASE("A2 the right code confirms, and one of an old mail says what became of it") {
  auto of = pending();
  auto late = confirmation(code(true));
  late.with.at = noon + 25h;
  CHECK(refusal_of(of, late) == errc::token_expired);
  CHECK_FALSE(apply(of, confirmation(code(true))).refused);
  CHECK(of.active);
  CHECK(refusal_of(of, confirmation(code(true))) == errc::token_used);
}

TEST_CASE("A3 an unconfirmed account opens no session, nor gets a reset") {
  auto of = pending();
  begin_session login;
  login.verified_against = "first hash";
  CHECK(refusal_of(of, login) == errc::email_unconfirmed);
  login.verified_against = "wrong";
  CHECK(refusal_of(of, login) == errc::invalid_credentials);
  commit rows;
  apply(of, request_reset{supplies_at(noon)}, &rows);
  CHECK(rows.mails.empty());
}

TEST_CASE("A4 an unconfirmed account is removed 48 hours after its registration, new links or not") {
  auto of = pending();
  apply(of, resend_confirmation{supplies_at(noon + 47h)});
  auto early = decide(of, remove_if_due{supplies_at(noon + 48h - 1us)});
  REQUIRE(early.ok());
  CHECK_FALSE(early->durable);
  CHECK(early->next.exists());
  commit rows;
  apply(of, remove_if_due{supplies_at(noon + 48h)}, &rows);
  CHECK_FALSE(of.exists());
  CHECK(count<account_removed>(rows) == 1);
  CHECK(count<deadline_done>(rows) == 2);
  CHECK(refusal_of(of, get_view{}) == errc::not_found);
}

TEST_CASE("A4 a confirmed account stays, and its deadline goes") {
  auto of = active();
  commit rows;
  apply(of, remove_if_due{supplies_at(noon + 48h)}, &rows);
  CHECK(of.exists());
  CHECK(count<deadline_done>(rows) == 1);
  CHECK(count<account_removed>(rows) == 0);
}

TEST_CASE("A4 one reminder goes out, and leaves a link that is still good alone") {
  auto of = pending();
  apply(of, resend_confirmation{supplies_at(noon + 12h)});
  const auto earlier = newest(of, token_purpose::confirmation);
  commit rows;
  apply(of, remind_if_due{supplies_at(noon + 24h)}, &rows);
  REQUIRE(rows.mails.size() == 1);
  CHECK(rows.mails[0].template_name == "confirmation_reminder");
  CHECK(count<tokens_replaced>(rows) == 0);
  CHECK(count<deadline_done>(rows) == 1);
  CHECK_FALSE(refusal_of(of, confirmation(link(earlier), noon + 25h)));
  CHECK_FALSE(refusal_of(of, confirmation(link(newest(of, token_purpose::confirmation)), noon + 25h)));
  // never beyond the removal
  CHECK(of.tokens.back().expires_at == noon + 48h);
  // met a second time
  apply(of, remind_if_due{supplies_at(noon + 25h)}, &rows);
  CHECK(rows.mails.empty());
}

TEST_CASE("A4 a mistyped address can be corrected while pending, with the password only") {
  auto of = pending();
  const auto first = newest(of, token_purpose::confirmation);
  correct_address command;
  command.email = *parse_email("claire@right.example");
  command.verified_against = "wrong";
  command.with = supplies_at(noon + 1h);
  apply(of, command);
  CHECK(of.email == "Claire@Example.fr");
  command.verified_against = "first hash";
  commit rows;
  apply(of, command, &rows);
  CHECK(of.email_key == "claire@right.example");
  REQUIRE(rows.mails.size() == 1);
  CHECK(rows.mails[0].to_address == "claire@right.example");
  CHECK(rows.deadlines.empty());
  CHECK(refusal_of(of, confirmation(link(first))) == errc::token_replaced);
  auto confirmed = active();
  command.verified_against = confirmed.password_hash;
  apply(confirmed, command);
  CHECK(confirmed.email == "Claire@Example.fr");
}
