#include "http/answers_form.hpp"
#include "http/member_form.hpp"
#include "http/staff/household_form.hpp"
#include "http/staff/offer_form.hpp"
#include "http/staff/settings_form.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using http::json::reader;

namespace {

const time_point noon = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{12};

organisation::snapshot theatre() {
  organisation::snapshot out;
  organisation::shop online;
  online.slug = "online";
  out.shops.push_back(online);
  organisation::form_field size;
  size.key = "size";
  size.type = "choice";
  size.choices = {"S", "M"};
  size.mandatory = true;
  out.options.form.push_back(size);
  return out;
}

// "field: code" of each error, "" when the form is good.
std::string errors_of(reader& form) {
  std::string out;
  if (const auto bad = form.finish())
    for (const auto& each : bad->errors) out += (out.empty() ? "" : ", ") + each.field + ": " + each.code;
  return out;
}

offer::details read_new_offer(const std::string& body, std::string& errors, bool& other_currency) {
  const auto at = theatre();
  offer::details out;
  http::staff::offer_reading reading{at, [] { return new_uuid(1); }, true};
  reader form{std::string_view{body}};
  read_offer(*form, out, reading);
  errors = errors_of(form);
  other_currency = reading.other_currency;
  return out;
}

} // namespace

TEST_CASE("H5 answers fit the form, and mandatory ones are named when they are missing") {
  const auto at = theatre();
  reader good{std::string_view{R"({"answers":{"size":"M"}})"}};
  constexpr auto member = organisation::audience::member;
  const auto answers = http::read_answers(*good, at.options, member);
  CHECK(errors_of(good).empty());
  CHECK(answers.json == R"({"size":"M"})");
  CHECK(answers.missing.empty());

  reader none{std::string_view{"{}"}};
  CHECK(http::read_answers(*none, at.options, member).missing.at(0).field == "/answers/size");
  reader unknown{std::string_view{R"({"answers":{"size":"M","shoe":"42"}})"}};
  http::read_answers(*unknown, at.options, member);
  CHECK(errors_of(unknown) == "/answers/shoe: unknown_field");
  reader bad{std::string_view{R"({"answers":{"size":"XXL"}})"}};
  http::read_answers(*bad, at.options, member);
  CHECK(errors_of(bad) == "/answers/size: invalid");
}

TEST_CASE("H5 answers to what is not asked any more stay, and may be sent back but not changed") {
  auto at = theatre();
  constexpr auto member = organisation::audience::member;
  const std::string former = R"({"size":"S","shoe":"42"})";
  reader kept{std::string_view{R"({"answers":{"size":"M","shoe":"42"}})"}};
  CHECK(http::read_answers(*kept, at.options, member, former).json == R"({"shoe":"42","size":"M"})");
  CHECK(errors_of(kept).empty());
  reader changed{std::string_view{R"({"answers":{"size":"M","shoe":"43"}})"}};
  http::read_answers(*changed, at.options, member, former);
  CHECK(errors_of(changed) == "/answers/shoe: read_only");
  reader silent{std::string_view{"{}"}};
  CHECK(http::read_answers(*silent, at.options, member, former).json == former);
  at.options.form[0].archived = true;
  reader none{std::string_view{R"({"answers":null})"}};
  const auto all = http::read_answers(*none, at.options, member, former);
  CHECK(all.json == former);
  CHECK(all.missing.empty());
}

TEST_CASE("H5 a birth date lies between 1900 and today") {
  const auto read = [](const std::string& text) {
    const auto body = R"({"birth_date":")" + text + R"("})";
    reader form{std::string_view{body}};
    http::read_birth_date(*form, "birth_date", noon);
    return errors_of(form);
  };
  CHECK(read("2026-03-01").empty());
  CHECK(read("1900-01-01").empty());
  CHECK(read("2026-03-02") == "/birth_date: out_of_range");
  CHECK(read("1899-12-31") == "/birth_date: out_of_range");
  CHECK(read("2026-02-30") == "/birth_date: invalid");
}

TEST_CASE("H6 null and an empty text take a field away, absence keeps it") {
  const auto at = theatre();
  std::vector<field_error> missing;
  reader form{std::string_view{R"({"phone":null,"email":"","birth_date":null})"}};
  const http::member_asked asked{at.options, noon, organisation::audience::member, R"({"size":"S"})"};
  const auto change = http::read_member_change(*form, asked, missing);
  CHECK(errors_of(form).empty());
  CHECK(change.phone == "");
  CHECK(change.email == "");
  REQUIRE(change.birth_date);
  CHECK_FALSE(*change.birth_date);
  CHECK_FALSE(change.first_name);
  CHECK_FALSE(change.relation);
  CHECK(missing.empty()); // answers were not sent, and the former ones stay
}

TEST_CASE("A9 a client's address is kept as typed and compared by its key") {
  reader form{
      std::string_view{R"({"responsible":{"first_name":"C","last_name":"M"},"email":"Claire@EXAMPLE.org"})"}};
  const auto client = http::staff::read_new_client(*form, noon);
  CHECK(errors_of(form).empty());
  CHECK(client.who.email == "Claire@EXAMPLE.org");
  CHECK(client.who.email_key == "claire@example.org");
}

TEST_CASE("W3 a change of the floor alone changes no record") {
  reader form{std::string_view{R"({"floor":{"amount":-500,"currency":"EUR"}})"}};
  const auto change = http::staff::read_client_change(*form);
  CHECK(errors_of(form).empty());
  CHECK(change.changes_floor);
  CHECK_FALSE(change.changes_record);
  CHECK(change.floor->value == -500);
}

TEST_CASE("O1 an offer needs kind, title, price and shops") {
  std::string errors;
  bool other_currency = false;
  const auto made = read_new_offer(
      R"({"kind":"ticket","title":{"fr":"Le Cid"},"price":{"amount":1250,"currency":"EUR"},"shops":["online"]})",
      errors, other_currency);
  CHECK(errors.empty());
  REQUIRE(made.rates.size() == 1);
  CHECK(made.rates[0].price == 1250);
  CHECK(made.title.in("en") == "Le Cid");
  read_new_offer("{}", errors, other_currency);
  CHECK(errors == "/kind: required, /title: required, /price: required, /shops: required");
}

TEST_CASE("O1 sums of an offer are in the organisation's currency") {
  std::string errors;
  bool other_currency = false;
  read_new_offer(
      R"({"kind":"ticket","title":{"fr":"x"},"price":{"amount":1,"currency":"USD"},"shops":["online"]})",
      errors, other_currency);
  CHECK(errors.empty());
  CHECK(other_currency);
}

TEST_CASE("O1 a price beside rates is that of the first") {
  std::string errors;
  bool other_currency = false;
  const std::string rates = R"("rates":[{"name":{"fr":"Plein"},"price":{"amount":20,"currency":"EUR"}}],)";
  const std::string rest = R"("kind":"ticket","title":{"fr":"x"},"shops":["online"]})";
  read_new_offer(R"({"price":{"amount":20,"currency":"EUR"},)" + rates + rest, errors, other_currency);
  CHECK(errors.empty());
  read_new_offer(R"({"price":{"amount":21,"currency":"EUR"},)" + rates + rest, errors, other_currency);
  CHECK(errors == "/price: invalid");
}

TEST_CASE("O1 links of the settings lead to the web only, and floors are not above zero") {
  auto at = theatre();
  bool other_currency = false;
  reader form{std::string_view{
      R"({"terms_url":"javascript:run","colour":"red","floors":{"editor":{"amount":1,"currency":"EUR"}}})"}};
  http::staff::read_settings(*form, at, other_currency);
  CHECK(errors_of(form) == "/terms_url: invalid, /floors/editor/amount: out_of_range, /colour: invalid");
}
