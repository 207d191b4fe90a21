#include "actors/campaign/campaign.hpp"
#include "actors/household/household.hpp"
#include "actors/vocabulary/secret.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace foyer::campaign;

namespace {

uuid id_of(std::string_view text) {
  return *parse_uuid(text);
}

} // namespace

TEST_CASE("I1 a group is a walk over all ids, one client a walk over one") {
  selection which;
  CHECK(range_of(which).after.is_nil());
  CHECK(to_string(range_of(which).until) == "ffffffff-ffff-ffff-ffff-ffffffffffff");
  which.group = group::one;
  which.household = household_id{id_of("01900000-0000-7002-8000-000000000100")};
  CHECK(to_string(range_of(which).after) == "01900000-0000-7002-8000-0000000000ff");
  CHECK(range_of(which).until == which.household->value);
}

TEST_CASE("I1 the id before another borrows as far as it has to") {
  CHECK(to_string(predecessor(id_of("01900000-0000-0000-0000-000000000000"))) ==
        "018fffff-ffff-ffff-ffff-ffffffffffff");
  CHECK(predecessor({}).is_nil());
}

TEST_CASE("I2 texts survive being stored, and what is missing comes from the template") {
  const texts typed{{"Objet \"un\"", "Ligne\nligne"}, {}};
  CHECK(texts_from_json(to_json(typed)) == typed);
  CHECK(texts_from_json("[]") == texts{});
  CHECK(texts_from_json("{\"fr\": 3}") == texts{});
  const auto prefilled = default_texts("Théâtre");
  const auto whole = filled(typed, prefilled);
  CHECK(whole.fr == typed.fr);
  CHECK(whole.en == prefilled.en);
  for (const auto* locale : {"fr", "en"}) {
    CHECK(prefilled.in(locale).subject.find("Théâtre") != std::string::npos);
    CHECK(prefilled.in(locale).subject.size() < subject_max);
  }
}

TEST_CASE("I5 every status and reason has a name of its own") {
  for (const auto each : all_fates) CHECK(parse_fate(to_string(each)) == each);
  CHECK_FALSE(parse_fate("gone"));
  for (const auto kind : {kind::invitation, kind::balance})
    for (const auto each : reasons_of(kind)) CHECK_FALSE(to_string(each).empty());
}

TEST_CASE("I4 a household that was changed past its actor is read again, and nothing is written") {
  household::state now;
  now.version = 7;
  const auto decided = decide(now, household::reread{});
  REQUIRE(decided);
  CHECK(decided->reload);
  CHECK_FALSE(decided->durable);
  CHECK(decided->rows.cold.empty());
}

TEST_CASE("M2 an unsubscribe link names its household, and no other can be made without the secret") {
  const server_secret secret{"a secret of the tests, 32 bytes."};
  const server_secret other{"another secret of tests, 32 byte"};
  const household_id who{id_of("01900000-0000-7002-8000-000000000100")};
  const auto token = secret.unsubscribe_token(who);
  CHECK(token.size() == 43);
  CHECK(secret.unsubscribed(token) == who);
  CHECK_FALSE(other.unsubscribed(token));
  CHECK_FALSE(secret.unsubscribed(""));
  CHECK_FALSE(secret.unsubscribed(token + "A"));
  CHECK_FALSE(secret.unsubscribed(token.substr(0, 42)));
  for (std::size_t at = 0; at < token.size(); ++at) {
    auto changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    CHECK_FALSE(secret.unsubscribed(changed));
    changed[at] = '!';
    CHECK_FALSE(secret.unsubscribed(changed));
  }
}

TEST_CASE("W7 a balance mail tells what is there or what is owed, never a sign or a secret") {
  CHECK(balance_template(1) == "balance_positive");
  CHECK(balance_template(-1) == "balance_negative");
  const auto params = balance_params(
      {household_id{}, "C-7K2M9Q", "Zo\"é", money{-1500, *currency::parse("EUR")}, time_point{}});
  CHECK(params.find(R"("sum":{"amount":1500,"currency":"EUR"})") != std::string::npos);
  CHECK(params.find(R"("first_name":"Zo\"é")") != std::string::npos);
  CHECK(params.find(R"("as_of_at":"1970-01-01T00:00:00Z")") != std::string::npos);
  CHECK(params.find("key") == std::string::npos);
}
