#include "http/server/forwarded.hpp"
#include "http/server/guard.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace foyer::http;

namespace {

boost::asio::ip::address address(const char* text) {
  return boost::asio::ip::make_address(text);
}

std::string client(const trusted_proxies& proxies, const std::string& fields, const char* peer = "10.0.0.1") {
  const auto of = make_request("GET / HTTP/1.1\r\n" + fields);
  REQUIRE(of);
  return proxies.client_of(*of, address(peer)).address;
}

} // namespace

TEST_CASE("only configured proxies are trusted") {
  const trusted_proxies proxies({"10.0.0.0/8", "2001:db8::/32", "192.0.2.7"});
  CHECK(proxies.contains(address("10.255.0.1")));
  CHECK(proxies.contains(address("::ffff:10.1.2.3")));
  CHECK(proxies.contains(address("2001:db8:1::1")));
  CHECK(proxies.contains(address("192.0.2.7")));
  CHECK_FALSE(proxies.contains(address("11.0.0.1")));
  CHECK_FALSE(proxies.contains(address("192.0.2.8")));
  CHECK_FALSE(proxies.contains(address("2001:db9::1")));
  CHECK_THROWS_AS(trusted_proxies({"10.0.0.0/33"}), std::runtime_error);
  CHECK_THROWS_AS(trusted_proxies({"proxy.example"}), std::runtime_error);
}

TEST_CASE("the client is the last address that no trusted proxy put there for itself") {
  const trusted_proxies proxies({"10.0.0.0/8"});
  CHECK(client(proxies, "") == "10.0.0.1");
  CHECK(client(proxies, "X-Forwarded-For: 203.0.113.5\r\n") == "203.0.113.5");
  CHECK(client(proxies, "X-Forwarded-For: 1.2.3.4, 203.0.113.5, 10.0.0.9\r\n") == "203.0.113.5");
  CHECK(client(proxies, "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 203.0.113.5\r\n") == "203.0.113.5");
  CHECK(client(proxies, "X-Forwarded-For: 203.0.113.5, nonsense\r\n") == "10.0.0.1");
  CHECK(client(proxies, "X-Forwarded-For: [2001:db8::1]:4711\r\n") == "2001:db8::1");
  CHECK(client(proxies, "X-Forwarded-For: 203.0.113.5:4711\r\n") == "203.0.113.5");
  CHECK(client(proxies, "X-Forwarded-For: 10.0.0.7\r\n") == "10.0.0.7");
}

TEST_CASE("a trusted proxy says whether the client came by TLS") {
  const trusted_proxies proxies({"10.0.0.0/8"});
  const auto secure = make_request("GET / HTTP/1.1\r\nX-Forwarded-Proto: http, https\r\n");
  const auto plain = make_request("GET / HTTP/1.1\r\nX-Forwarded-Proto: https, http\r\n");
  CHECK(proxies.client_of(*secure, address("10.0.0.1")).secure);
  CHECK_FALSE(proxies.client_of(*plain, address("10.0.0.1")).secure);
}
