#include "actors/account/account.hpp"
#include "actors/vocabulary/secret.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace foyer;
using namespace foyer::account;
using namespace std::chrono_literals;

namespace {

const time_point noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};

supplies supplies_at(time_point at) {
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

const sha256_hash claims_hash = sha256("the registering browser");

state blank() {
  state of;
  of.id = account_id{new_uuid(1)};
  return of;
}

register_new registration(time_point at = noon) {
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

state pending() {
  auto of = blank();
  apply(of, registration());
  return of;
}

// What the database found by the link's hash. The account's own knowledge of the token goes first.
proof link(const token_id& of, token_purpose purpose = token_purpose::confirmation) {
  token found;
  found.id = of;
  found.purpose = purpose;
  found.created_at = noon;
  found.expires_at = noon + 24h;
  return {found, {}};
}
proof code(bool right) {
  return {std::nullopt, [right](const token_id&) { return right; }};
}
token_id newest(const state& of, token_purpose purpose) {
  const auto found =
      std::find_if(of.tokens.rbegin(), of.tokens.rend(), [&](auto& t) { return t.purpose == purpose; });
  REQUIRE(found != of.tokens.rend());
  return found->id;
}

confirm confirmation(const proof& given, time_point at = noon) {
  confirm command;
  command.proof = given;
  command.registration = claims_hash;
  command.with = supplies_at(at);
  return command;
}

state active() {
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

} // namespace

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
