#include "http/site.hpp"

#include <catch2/catch.hpp>

using namespace foyer;

namespace {

bool allowed(const http::site& own, std::vector<http::field> fields, std::string_view host = "shop.example") {
  http::request in;
  in.host = host;
  in.fields = std::move(fields);
  return http::from_own_pages(in, own);
}

} // namespace

TEST_CASE("cookies are Secure with the prefix __Host-, except for plain HTTP on a loopback name") {
  CHECK(http::site_of("https://shop.example").session_cookie == "__Host-foyer");
  CHECK(http::site_of("https://localhost").secure);
  CHECK(http::site_of("http://shop.example").secure);
  CHECK(http::site_of("http://localhost.example").secure);
  for (const auto* url :
       {"http://127.0.0.1:8080", "http://localhost", "http://demo.localhost:80", "http://[::1]:8080"}) {
    INFO(url);
    CHECK(http::site_of(url).session_cookie == "foyer");
    CHECK_FALSE(http::site_of(url).secure);
  }
}

TEST_CASE("changes come from our own pages only") {
  const auto own = http::site_of("https://shop.example");
  CHECK(allowed(own, {{"Origin", "https://shop.example"}}));
  CHECK(allowed(own, {}));
  CHECK(allowed(own, {{"Sec-Fetch-Site", "same-origin"}}));
  CHECK(allowed(own, {{"Sec-Fetch-Site", "none"}}));
  CHECK_FALSE(allowed(own, {{"Origin", "null"}}));
  CHECK_FALSE(allowed(own, {{"Origin", "https://evil.example"}}));
  CHECK_FALSE(allowed(own, {{"Origin", "https://shop.example.evil.example"}}));
  CHECK_FALSE(allowed(own, {{"Origin", "https://shop.example:8443"}}));
  CHECK_FALSE(allowed(own, {{"Sec-Fetch-Site", "cross-site"}}));
  CHECK_FALSE(allowed(own, {{"Sec-Fetch-Site", "same-site"}}));
  // another allowed host of the same server, as a newcomer opens it
  CHECK(allowed(http::site_of("http://127.0.0.1:8080"), {{"Origin", "http://localhost:8080"}},
                "localhost:8080"));
}
