#include "mail/catalogue.hpp"
#include "mail/params.hpp"
#include "mail/renderer.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>

using namespace foyer;
using namespace foyer::mail;

namespace {

const server_secret secret("a secret of the tests, 32 bytes.");
constexpr const char* token = "01890a5d-ac96-774b-bcce-b302099a8057";
organisation::settings theatre() {
  organisation::settings out;
  out.colour = "#123456";
  out.signature = "L’équipe";
  return out;
}

/// Params as their writers give them.
const std::map<std::string, std::string, std::less<>> samples{
    {"confirmation", R"({"first_name": "Zoé", "token_id": "01890a5d-ac96-774b-bcce-b302099a8057"})"},
    {"already_registered", R"({"first_name": "Zoé"})"},
    {"confirmation_reminder",
     R"({"token_id": "01890a5d-ac96-774b-bcce-b302099a8057", "removed_at": "2026-09-12T18:30:00Z"})"},
    {"password_reset", R"({"first_name": "Zoé", "token_id": "01890a5d-ac96-774b-bcce-b302099a8057"})"},
    {"password_changed",
     R"({"first_name": "Zoé", "changed_at": "2026-09-12T18:30:00.5Z", "device": "Firefox"})"},
    {"email_change_confirm",
     R"({"new_email": "z@n.example", "token_id": "01890a5d-ac96-774b-bcce-b302099a8057"})"},
    {"email_change_notice",
     R"({"new_email": "z@n.example", "token_id": "01890a5d-ac96-774b-bcce-b302099a8057"})"},
    {"email_changed", R"({"new_email": "z@n.example"})"},
    {"space_code", R"({"token_id": "01890a5d-ac96-774b-bcce-b302099a8057"})"},
    {"order_confirmation", R"({"first_name": "Zoé", "order_number": "ORD-7K2M9QXA",
      "token_id": "01890a5d-ac96-774b-bcce-b302099a8057", "total": {"amount": 5000, "currency": "EUR"},
      "lines": [{"title": "Roméo & Juliette", "quantity": 2, "unit_price": {"amount": 2500, "currency": "EUR"},
                 "starts_at": "2026-09-12T18:30:00Z", "location": "Grande salle", "rate": "Plein tarif"}],
      "payments": [{"method": "wallet", "amount": {"amount": 5000, "currency": "EUR"}}]})"},
    {"order_paid", R"({"order_number": "ORD-7K2M9QXA", "total": {"amount": 5000, "currency": "EUR"},
      "token_id": "01890a5d-ac96-774b-bcce-b302099a8057"})"},
    {"order_expired", R"({"order_number": "ORD-7K2M9QXA", "total": {"amount": 5000, "currency": "EUR"}})"},
    {"order_refunded", R"({"first_name": "Zoé", "order_number": "ORD-7K2M9QXA", "whole": true, "to_wallet": true,
      "credit_note_number": "A2026-000012", "total": {"amount": 5000, "currency": "EUR"},
      "lines": [{"title": "Roméo & Juliette", "quantity": 2, "unit_price": {"amount": 2500, "currency": "EUR"}}],
      "payments": [{"method": "wallet", "amount": {"amount": 5000, "currency": "EUR"}}]})"},
    {"staff_welcome", R"({"role": "box_office", "token_id": "01890a5d-ac96-774b-bcce-b302099a8057"})"},
    {"invitation", R"({"campaign_id": "01890a5d-ac96-774b-bcce-b302099a8057", "first_name": "Zoé",
      "token_id": "01890a5d-ac96-774b-bcce-b302099a8057", "household_id": "01890a5d-ac96-774b-bcce-b302099a8058",
      "subject_line": "Votre compte", "text": "Bonne saison\n<b>à tous</b>"})"},
    {"repayment", R"({"order_number": "ORD-7K2M9QXA", "first_name": "Zoé", "asked": true,
      "total": {"amount": 5000, "currency": "EUR"}, "due": {"amount": 5000, "currency": "EUR"}})"},
    {"balance_positive",
     R"({"household_id": "01890a5d-ac96-774b-bcce-b302099a8058", "household_number": "C-7K2M9Q",
      "first_name": "Zoé", "sum": {"amount": 2500, "currency": "EUR"}, "as_of_at": "2026-09-12T18:30:00Z",
      "key_version": 1})"},
    {"balance_negative",
     R"({"household_id": "01890a5d-ac96-774b-bcce-b302099a8058", "household_number": "C-7K2M9Q",
      "first_name": "Zoé", "sum": {"amount": 2500, "currency": "EUR"}, "as_of_at": "2026-09-12T18:30:00Z",
      "key_version": 1})"},
    {"account_linked", R"({"first_name": "Zoé", "username": "zmartin"})"},
    {"account_unlinked", R"({"first_name": "Zoé", "username": "zmartin"})"},
    {"household_activation", R"({"token_id": "01890a5d-ac96-774b-bcce-b302099a8057"})"},
};

config::settings configuration() {
  config::settings out;
  out.server.public_url = "https://billets.example";
  return out;
}

rendered filled(std::string_view name, std::string_view locale, std::string_view params) {
  auto render = create_renderer(configuration(), secret);
  auto out = render->render(name, locale, params, {"Théâtre <Nord>", theatre()});
  if (!out) FAIL(name << ": " << out.error().detail);
  return *out;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("M2 every template is complete in French and English") {
  for (const auto& each : all_templates()) {
    for (const auto* locale : {"fr", "en"}) {
      const auto sample = samples.find(each.name);
      REQUIRE(sample != samples.end());
      const auto mail = filled(each.name, locale, sample->second);
      INFO(each.name << " " << locale << "\n" << mail.text);
      CHECK_FALSE(mail.subject.empty());
      CHECK(mail.subject.find('\n') == std::string::npos);
      CHECK_FALSE(has(mail.text + mail.html + mail.subject, "{{"));
      // A name with markup in it stays text.
      CHECK(has(mail.html, "Théâtre &lt;Nord&gt;"));
      CHECK_FALSE(has(mail.html, "<Nord>"));
      CHECK(has(mail.text, "L’équipe"));
      CHECK(has(mail.html, "#123456"));
      if (!each.link_path.empty()) {
        const std::string link = "https://billets.example" + std::string(each.link_path) + "#";
        CHECK(has(mail.text, link));
        CHECK(has(mail.text, "token=" + secret.token(token_id(*parse_uuid(token)))));
        CHECK(has(mail.html, link));
      }
      if (each.has_code) {
        const auto code = secret.code(token_id(*parse_uuid(token)));
        CHECK(has(mail.text, code.substr(0, 4) + " " + code.substr(4)));
      }
      // The token's id is no secret, but it has no business in a mail.
      CHECK_FALSE(has(mail.text + mail.html, token));
    }
  }
}

TEST_CASE("mail templates: a name that params lack is an error that tells the name") {
  auto render = create_renderer(configuration(), secret);
  for (const auto& each : all_templates()) {
    // These say the same to everybody, or what they are told.
    if (each.name == "already_registered" || each.name == "password_changed" || each.name == "repayment")
      continue;
    const auto out = render->render(each.name, "fr", "{}", {"Théâtre", theatre()});
    INFO(each.name);
    REQUIRE_FALSE(out.ok());
    CHECK(out.error().code == errc::invalid);
  }
  const auto out = render->render("email_changed", "fr", "{}", {"Théâtre", theatre()});
  CHECK(has(out.error().detail, "new_email"));
  CHECK(render->render("nothing", "fr", "{}", {{}, theatre()}).error().code == errc::not_found);
  CHECK(render->render("email_changed", "fr", "[]", {{}, theatre()}).error().code == errc::invalid);
  CHECK(render->render("email_changed", "fr", "{\"new", {{}, theatre()}).error().code == errc::invalid);
}

TEST_CASE("A10 sums, dates and durations follow the reader's language") {
  const auto french = filled("order_confirmation", "fr", samples.at("order_confirmation"));
  INFO(french.text);
  CHECK(has(french.text, "2 × Roméo & Juliette (Plein tarif), 50,00\u00a0€"));
  CHECK(has(french.text, "samedi 12 septembre 2026 à 20:30, Grande salle"));
  CHECK(has(french.text, "Compte client 50,00\u00a0€"));
  CHECK(has(french.html, "Roméo &amp; Juliette"));
  CHECK(has(french.text, "/orders#order=ORD-7K2M9QXA&token="));

  const auto english = filled("order_confirmation", "en", samples.at("order_confirmation"));
  INFO(english.text);
  CHECK(has(english.text, "€50.00"));
  CHECK(has(english.text, "Saturday, 12 September 2026 at 20:30, Grande salle"));

  CHECK(has(filled("confirmation", "fr", samples.at("confirmation")).text, "valables 24\u00a0heures"));
  CHECK(has(filled("email_change_notice", "en", samples.at("email_change_notice")).text,
            "valid for 7\u00a0days"));
  CHECK(has(filled("space_code", "fr", samples.at("space_code")).text, "valable 15\u00a0minutes"));
}

TEST_CASE("O4 an order that waits for its payment says how much, how and until when") {
  const auto mail =
      filled("order_confirmation", "fr",
             R"({"first_name": "Zoé", "order_number": "ORD-1", "total": {"amount": 4000, "currency": "EUR"},
    "token_id": "01890a5d-ac96-774b-bcce-b302099a8057", "due": {"amount": 1250, "currency": "EUR"},
    "reference": "ORD-1", "instructions": "IBAN FR76\nBIC XYZ", "expires_at": "2026-09-12T18:30:00Z",
    "lines": [{"title": "Stage", "quantity": 1, "unit_price": {"amount": 4000, "currency": "EUR"}}],
    "payments": [{"method": "wallet", "amount": {"amount": 2750, "currency": "EUR"}}]})");
  INFO(mail.text);
  CHECK(has(mail.subject, "ORD-1"));
  CHECK(has(mail.text, "régler 12,50\u00a0€ avant le samedi 12 septembre 2026 à 20:30"));
  CHECK(has(mail.text, "IBAN FR76\nBIC XYZ"));
  CHECK(has(mail.html, "IBAN FR76<br>\nBIC XYZ"));
  CHECK_FALSE(has(mail.text, "tout est prêt"));
}

TEST_CASE("mail names: nobody has an advertisement mailed to a stranger") {
  CHECK(greeting_name("Anne-Marie") == "Anne-Marie");
  CHECK(greeting_name("J. P.") == "J. P.");
  CHECK(greeting_name("Zoë O’Neil") == "Zoë O’Neil");
  CHECK(greeting_name("Win a phone http://evil.example") == "");
  CHECK(greeting_name("visit evil.example now") == "");
  CHECK(greeting_name("a@b.example") == "");
  CHECK(greeting_name(std::string(41, 'x')) == "");
  CHECK(greeting_name("Anne\r\nBcc: x") == "");
}

TEST_CASE("mail money: every sum is exact") {
  const auto format = create_formatter("fr", "Europe/Paris");
  CHECK(format->money({1, *currency::parse("EUR")}) == "0,01\u00a0€");
  CHECK(format->money({-1250, *currency::parse("EUR")}) == "-12,50\u00a0€");
  CHECK(format->money({9'007'199'254'740'993, *currency::parse("EUR")}) ==
        "90\u202f071\u202f992\u202f547\u202f409,93\u00a0€");
  CHECK(format->money({1250, *currency::parse("JPY")}).find("1\u202f250") == 0);
  CHECK(parse_time("2026-09-12 18:30:00.5+02") == parse_time("2026-09-12T16:30:00Z"));
  CHECK_FALSE(parse_time("2026-13-12T16:30:00Z"));
  CHECK_FALSE(parse_time("tomorrow"));
}

TEST_CASE("M2 invitations alone end with a link that stops them") {
  const auto mail = filled("invitation", "fr", samples.at("invitation"));
  INFO(mail.text);
  const auto url =
      "https://billets.example/unsubscribe/" +
      secret.unsubscribe_token(household_id(*parse_uuid("01890a5d-ac96-774b-bcce-b302099a8058")));
  CHECK(mail.unsubscribe_url == url);
  CHECK(has(mail.text, url));
  CHECK(has(mail.html, url));
  CHECK(mail.subject == "Votre compte");
  CHECK(has(mail.text, "Bonjour Zoé,\n\nBonne saison\n<b>à tous</b>\n\n"));
  CHECK(has(mail.html, "Bonne saison<br>\n&lt;b&gt;"));
  const auto other = filled("household_activation", "fr", samples.at("household_activation"));
  CHECK(other.unsubscribe_url.empty());
  CHECK_FALSE(has(other.text + other.html, "unsubscribe"));
}

TEST_CASE("M4 a preview shows dots where links, codes and keys would stand") {
  auto render = create_renderer(configuration(), secret);
  for (const auto& each : all_templates()) {
    const auto shown =
        render->render(each.name, "fr", samples.at(std::string{each.name}), {"Nord", theatre()});
    const auto hidden = render->render(each.name, "fr", samples.at(std::string{each.name}),
                                       {"Nord", theatre(), "nord", true});
    REQUIRE(shown);
    REQUIRE(hidden);
    if (!each.has_code) CHECK(hidden->subject == shown->subject);
    for (const auto& text : {hidden->text, hidden->html, hidden->unsubscribe_url}) {
      CHECK_FALSE(has(text, secret.token(token_id{*parse_uuid(token)})));
      CHECK_FALSE(
          has(text, secret.unique_key(household_id{*parse_uuid("01890a5d-ac96-774b-bcce-b302099a8058")}, 1)
                        .substr(0, 5)));
      CHECK_FALSE(has(
          text, secret.unsubscribe_token(household_id{*parse_uuid("01890a5d-ac96-774b-bcce-b302099a8058")})));
    }
  }
}

TEST_CASE("M2 the organisation's logo stands above the mail, its name where there is none") {
  auto with = theatre();
  with.logo = "0123456789abcdef";
  auto render = create_renderer(configuration(), secret);
  const auto mail =
      render->render("email_changed", "en", samples.at("email_changed"), {"Nord & Süd", with, "nord"});
  REQUIRE(mail);
  CHECK(has(mail->html, "<img src=\"https://billets.example/api/v1/orgs/nord/logo?v=0123456789abcdef\" "
                        "alt=\"Nord &amp; Süd\""));
  const auto plain =
      render->render("email_changed", "en", samples.at("email_changed"), {"Nord & Süd", theatre(), "nord"});
  REQUIRE(plain);
  CHECK_FALSE(has(plain->html, "<img"));
}
