#include "actors/account/username.hpp"

#include <catch2/catch.hpp>

using namespace foyer::account;

TEST_CASE("A8 a username is made from first initial and last name") {
  CHECK(username_base("Claire", "Dupont") == "cdupont");
  CHECK(username_base("\u00c9lo\u00efse", "Le Goff") == "elegoff");
  CHECK(username_base("Jean", "d'Ormesson-Ch\u00e2telet") == "jdormessonchatelet");
  CHECK(username_base("", "") == "user");
  CHECK(username_base("A", "B").size() >= 3);
  CHECK(is_username(username_base("\u5c0f", "\u660e")));
  CHECK(is_username(username_base("x", std::string(200, 'y'))));
}

TEST_CASE("A8 homonyms get the birth year where known, else a number") {
  CHECK(free_username("cdupont", {}, {}) == "cdupont");
  CHECK(free_username("cdupont", {}, {"cdupont"}) == "cdupont2");
  CHECK(free_username("cdupont", 1984, {"cdupont"}) == "cdupont1984");
  CHECK(free_username("cdupont", 1984, {"cdupont", "cdupont1984"}) == "cdupont2");
  CHECK(free_username("cdupont", {}, {"cdupont", "cdupont2", "cdupont3"}) == "cdupont4");
}

TEST_CASE("A8 a chosen username never looks like an address, and case does not count") {
  CHECK(is_username("Claire.D_84-x"));
  CHECK_FALSE(is_username("ab"));
  CHECK_FALSE(is_username("claire@example.fr"));
  CHECK_FALSE(is_username("-claire"));
  CHECK_FALSE(is_username("cl aire"));
  CHECK_FALSE(is_username("clai\u0301re"));
  CHECK_FALSE(is_username(std::string(41, 'a')));
  CHECK(username_key("CLAIRE.d") == username_key("claire.D"));
}
