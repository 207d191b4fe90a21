#include "http/buyer/qr_svg.hpp"
#include "http/server/guard.hpp"
#include "http/unique_key.hpp"
#include "http/version.hpp"

#include <catch2/catch.hpp>

using namespace foyer;

TEST_CASE("S6 a unique key is read as people type it") {
  const server_secret secret{"a secret of this test"};
  const auto key = secret.unique_key(household_id{new_uuid(1)}, 1);
  REQUIRE(key.size() == 26);
  CHECK(http::grouped(key).size() == 31);
  CHECK(http::typed_key(http::grouped(key)) == key);
  CHECK(http::typed_key("oil0oil0oil0oil0oil0oil0oi") == "01100110011001100110011001");
  CHECK_FALSE(http::typed_key(key + "0"));
  CHECK_FALSE(http::typed_key(key.substr(1)));
  CHECK_FALSE(http::typed_key("U" + key.substr(1))); // no digit of Crockford's
  CHECK_FALSE(http::typed_key(""));
}

TEST_CASE("S1 a QR code is a picture with a quiet zone and sharp edges") {
  const auto picture = http::buyer::qr_svg(std::string(64, 'a'));
  CHECK(picture.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "));
  CHECK(picture.find("shape-rendering=\"crispEdges\"") != std::string::npos);
  CHECK(picture.find("M4 4h7v1h-7z") != std::string::npos); // the finder pattern begins behind four modules
  CHECK(picture.find("M3 ") == std::string::npos);
  CHECK(http::buyer::qr_svg(std::string(5'000, 'a')).empty());
}

TEST_CASE("If-Match takes our own ETags and nothing else") {
  const auto asked = [](const std::string& field) {
    return http::expected_version(*http::make_request("GET /x HTTP/1.1\r\n" + field));
  };
  CHECK_FALSE(*asked(""));
  CHECK_FALSE(*asked("If-Match: *\r\n"));
  CHECK(**asked("If-Match: \"7\"\r\n") == 7);
  for (const auto* bad :
       {"If-Match: 7\r\n", "If-Match: W/\"7\"\r\n", "If-Match: \"\"\r\n", "If-Match: \"7\", \"8\"\r\n"})
    CHECK(asked(bad).error().code == errc::version_conflict);
}
