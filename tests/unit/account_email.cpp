#include "actors/vocabulary/email.hpp"
#include "actors/vocabulary/text.hpp"

#include <catch2/catch.hpp>

using foyer::parse_email;

TEST_CASE("A9 addresses are compared without regard to case, spaces around and Unicode form") {
  const auto key = [](std::string_view typed) {
    const auto parsed = parse_email(typed);
    return parsed ? parsed->key : std::string{"refused"};
  };
  CHECK(key("claire@example.fr") == "claire@example.fr");
  CHECK(key("  Claire@EXAMPLE.fr \t") == "claire@example.fr");
  CHECK(key("\u00a0claire@example.fr") == "claire@example.fr");
  // composed and decomposed é
  CHECK(key("ren\u00e9@example.fr") == key("rene\u0301@example.fr"));
  // an international domain in Unicode, in capitals, and in its ASCII form
  CHECK(key("a@b\u00fccher.example") == "a@xn--bcher-kva.example");
  CHECK(key("a@B\u00dcCHER.example") == "a@xn--bcher-kva.example");
  CHECK(key("a@xn--bcher-kva.example") == "a@xn--bcher-kva.example");
  CHECK(key("a+b@example.fr") != key("a@example.fr"));
}

TEST_CASE("A9 an address is shown as typed") {
  CHECK(parse_email(" Claire.Dupont@Example.FR ")->shown == "Claire.Dupont@Example.FR");
}

TEST_CASE("A1 what is no address is refused") {
  for (const auto* bad : {"", "@", "a@", "@b.fr", "a b@c.fr", "a@b", "a@b..fr", "a@-b.fr", ".a@b.fr",
                          "a.@b.fr", "a..b@c.fr", "\"a\"@b.fr", "a@[127.0.0.1]", "a@127.0.0.1",
                          "a@b.fr\r\nBcc: c@d.fr", "a,b@c.fr", "a<b@c.fr", "a@b_c.fr", "a@b.fr,c@d.fr"}) {
    INFO(bad);
    CHECK_FALSE(parse_email(bad));
  }
  CHECK_FALSE(parse_email(std::string(65, 'a') + "@b.fr"));
  CHECK_FALSE(parse_email("a@" + std::string(60, 'b') + "." + std::string(63, 'b') + "." +
                          std::string(63, 'b') + "." + std::string(63, 'b') + ".fr"));
}

TEST_CASE("text is folded for comparing and for names in ASCII") {
  CHECK(foyer::fold_to_ascii("\u00c9lo\u00efse M\u00fcller-Le\u00df") == "eloise muller less");
  CHECK(foyer::fold_to_ascii("\u0141ukasz O'Neill") == "lukasz oneill");
  CHECK(foyer::fold_to_ascii("\u0418\u0432\u0430\u043d") == "ivan");
  CHECK(foyer::trimmed(" \u3000a b\n") == "a b");
}

TEST_CASE("A9 an address that is no UTF-8, as files in other encodings have them, is none") {
  CHECK_FALSE(foyer::parse_email("zo\xE9@example.org"));
  CHECK_FALSE(foyer::parse_email("zo\xED\xA0\x80@example.org"));
  CHECK_FALSE(foyer::parse_email("zo\xEF\xBF\xBD@example.org"));
  CHECK(foyer::parse_email("zo\xC3\xA9@example.org"));
}
