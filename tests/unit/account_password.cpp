#include "actors/password/argon2.hpp"
#include "actors/password/common_words.hpp"
#include "actors/password/hash_pool.hpp"
#include "actors/password/policy.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <ctime>
#include <future>
#include <limits>

using namespace foyer;

namespace {

constexpr password::parameters cheap{64, 1, 1};

template <class T>
reply<T> into(std::promise<outcome<T>>& where) {
  return reply<T>{[&where](outcome<T> answer) { where.set_value(std::move(answer)); }};
}

} // namespace

TEST_CASE("A1 passwords have 12 to 128 code points and no rules of composition") {
  using password::check;
  using password::weakness;
  const password::policy with;
  CHECK(check("correct horse battery staple", with, {}) == weakness::none);
  CHECK(check("foyer-demo-2026", with, {}) == weakness::none);
  CHECK(check("xkqvjwzmrtpl", with, {}) == weakness::none);
  CHECK(check("un secret long", with, {}) == weakness::none);
  CHECK(check("elevenchars", with, {}) == weakness::too_short);
  // twelve code points of several bytes each
  CHECK(check("\u00e9\u00e0\u00fc\u4e2d\u6587\u5b57\u00f8\u00e5\u00df\u0436\u0448\u044f", with, {}) ==
        weakness::none);
  CHECK(check(std::string(129, 'x') + "abc", with, {}) == weakness::too_long);
  CHECK(check("fourteen-chars", {15, 128}, {}) == weakness::too_short);
}

TEST_CASE("A1 the commonest passwords, walks over the keys and personal data are refused") {
  using password::check;
  using password::weakness;
  for (const auto* bad :
       {"password1234", "Password1234!", "P@ssw0rd2026!", "motdepasse2026", "azertyuiop12", "123456789012",
        "qwertyuiop123", "aaaaaaaaaaaa", "abcabcabcabc", "abcdefghijkl", "iloveyou1234", "passwordpassword",
        "adminadmin12", "121212121212", "987654321098", "qazwsxedc123", "administrator1"}) {
    INFO(bad);
    CHECK(check(bad, {}, {}) != weakness::none);
  }
  const std::vector<std::string> personal{"claire.dupont@example.fr", "claire.dupont",
                                          "Th\u00e9\u00e2tre du Foyer"};
  CHECK(check("Claire.Dupont@example.fr", {}, personal) == weakness::personal);
  CHECK(check("clairedupont2026", {}, personal) == weakness::personal);
  CHECK(check("theatre-du-foyer", {}, personal) == weakness::personal);
  CHECK(check("theatre et foyer d'hiver", {}, personal) == weakness::none);
  CHECK(std::is_sorted(password::common_words.begin(), password::common_words.end()));
}

TEST_CASE("A1 a password is stored as Argon2id in a PHC string") {
  const auto phc = password::hash("a long password", cheap);
  REQUIRE(phc);
  CHECK(phc->starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
  CHECK(password::matches("a long password", *phc));
  CHECK_FALSE(password::matches("A long password", *phc));
  CHECK(*phc != *password::hash("a long password", cheap));
  CHECK(password::parameters_of(*phc) == cheap);
}

TEST_CASE("stored parameters are bounded before use") {
  CHECK_FALSE(password::parameters_of("$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdA$aGFzaA"));
  CHECK_FALSE(password::parameters_of("$argon2id$v=19$m=64,t=1000000,p=1$c2FsdA$aGFzaA"));
  CHECK_FALSE(password::parameters_of("$argon2i$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA"));
  CHECK_FALSE(password::parameters_of(password::no_password));
  CHECK_FALSE(password::matches("x", "$argon2id$v=19$m=64,t=1,p=1$"));
  CHECK_FALSE(password::matches("x", ""));
}

TEST_CASE("a login rehashes when the parameters have changed, and compares in NFC") {
  auto pool = password::create_hash_pool({cheap, 1, 8});
  const auto stored = password::hash("caf\u00e9 creme au lait", {128, 1, 1});
  std::promise<outcome<password::verdict>> said;
  pool->verify("cafe\u0301 creme au lait", *stored, into(said));
  const auto verdict = said.get_future().get();
  REQUIRE(verdict);
  CHECK(verdict->matches);
  REQUIRE(verdict->rehashed);
  CHECK(password::parameters_of(*verdict->rehashed) == cheap);
  CHECK(password::matches("caf\u00e9 creme au lait", *verdict->rehashed));
}

TEST_CASE("an unknown user costs the same hash") {
  const password::parameters costly{4096, 2, 1};
  auto pool = password::create_hash_pool({costly, 1, 8});
  const auto stored = password::hash("some password or other", costly);
  // The processor's time and not the clock's: whatever else this machine does, it is not counted.
  const auto cost_of = [&](const std::string& phc) {
    std::promise<outcome<password::verdict>> said;
    const auto begin = std::clock();
    pool->verify("a wrong password", phc, into(said));
    CHECK_FALSE(said.get_future().get()->matches);
    return std::clock() - begin;
  };
  auto known = std::numeric_limits<std::clock_t>::max();
  auto unknown = known;
  // In turn, so that a slower minute is one for both.
  for (int i = 0; i < 15; ++i) {
    known = std::min(known, cost_of(*stored));
    unknown = std::min(unknown, cost_of(""));
  }
  CHECK(unknown > known / 2);
  CHECK(unknown < known * 2);
}

TEST_CASE("a full queue of hashes answers unavailable") {
  auto pool = password::create_hash_pool({{19'456, 2, 1}, 1, 1});
  std::vector<std::promise<outcome<std::string>>> said(8);
  for (auto& each : said) pool->hash("a password to hash", into(each));
  int refused = 0;
  for (auto& each : said) {
    const auto answer = each.get_future().get();
    if (!answer) {
      CHECK(answer.error().code == errc::unavailable);
      ++refused;
    }
  }
  CHECK(refused >= 5); // one in hand, one waiting, perhaps one that slipped in between
}

TEST_CASE("A1 refuses what the 10,000 commonest passwords have with twelve characters") {
  for (const auto* common :
       {"123qweasdzxc", "1qaz2wsx3edc", "q1w2e3r4t5y6", "qwerty123456", "leavemealone", "123456654321",
        "zxcasdqwe123", "qweasdzxc123", "Sonyericsson", "gfhjkmgfhjkm", "123456789qwe"}) {
    INFO(common);
    CHECK(foyer::password::check(common, {}, {}) != foyer::password::weakness::none);
  }
}
