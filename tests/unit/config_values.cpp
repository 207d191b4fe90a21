#include "config/values.hpp"

#include <catch2/catch.hpp>

using namespace foyer::config;

TEST_CASE("a duration is a whole number and a unit") {
  CHECK(parse_duration("24h") == duration{24h});
  CHECK(parse_duration("90s") == duration{90s});
  CHECK(parse_duration("250ms") == duration{250ms});
  CHECK(parse_duration("15m") == duration{15min});
  CHECK(parse_duration("14d") == duration{14 * 24h});
  CHECK(parse_duration("0s") == duration{0});
  for (const auto* wrong : {"", "24", "h", "24 h", "-1h", "+1h", "1.5h", "1h30m", "24H",
                            "9999999999999999999h", "99999999999d", " 1s", "1s "})
    CHECK_FALSE(parse_duration(wrong));
}

TEST_CASE("a duration is written as it was read") {
  for (const auto* text : {"1d", "36h", "90s", "250ms", "15m", "14d", "0s"})
    CHECK(format_duration(*parse_duration(text)) == text);
  CHECK(format_duration(24h) == "1d");
}

TEST_CASE("an address to listen on has a host and a port") {
  CHECK(parse_host_port("127.0.0.1:8080")->port == 8080);
  CHECK(parse_host_port("[::1]:0")->host == "::1");
  CHECK(parse_host_port("localhost:65535")->host == "localhost");
  for (const auto* wrong :
       {"", ":80", "127.0.0.1", "127.0.0.1:", "::1:80", "a:65536", "a:-1", "a:8o", "[]:1", "a b:1"})
    CHECK_FALSE(parse_host_port(wrong));
}

TEST_CASE("the nearest key is found only for a slip of the finger") {
  const std::string_view keys[] = {"server.listen", "server.threads", "mail.lease"};
  CHECK(nearest("server.lisen", keys) == "server.listen");
  CHECK(nearest("server.thread", keys) == "server.threads");
  CHECK_FALSE(nearest("completely.different", keys));
}
