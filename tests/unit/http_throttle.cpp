#include "http/throttle.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace std::chrono_literals;
using http::budget;

namespace {

const http::throttle::steady::time_point start{std::chrono::hours{1000}};

config::settings defaults() {
  return {};
}

} // namespace

TEST_CASE("five wrong passwords are free, then the wait doubles up to a quarter of an hour and never lasts") {
  const auto throttle = http::create_throttle(defaults());
  auto now = start;
  for (int i = 0; i < 5; ++i) CHECK_FALSE(throttle->attempt("claire", now));
  CHECK(throttle->attempt("claire", now) == 1s);
  CHECK_FALSE(throttle->attempt("paul", now));
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 512s, 900s, 900s}) {
    CHECK(throttle->attempt("claire", now + wait - 1ms));
    now += wait;
    CHECK_FALSE(throttle->attempt("claire", now));
  }
  throttle->succeeded("claire");
  CHECK_FALSE(throttle->attempt("claire", now));
}

TEST_CASE("attempts are counted before the check, however many run at once") {
  const auto throttle = http::create_throttle(defaults());
  int let_through = 0;
  for (int i = 0; i < 1000; ++i) let_through += throttle->attempt("claire", start) ? 0 : 1;
  CHECK(let_through == 5);
}

TEST_CASE("a budget slides with its window, and what was no failure is given back") {
  const auto throttle = http::create_throttle(defaults());
  for (int i = 0; i < 20; ++i)
    CHECK_FALSE(throttle->take(budget::address_failures, "192.0.2.7", start + i * 1s));
  CHECK(throttle->take(budget::address_failures, "192.0.2.7", start + 20s) == 580s);
  CHECK_FALSE(throttle->take(budget::address_failures, "192.0.2.8", start + 20s));
  CHECK_FALSE(throttle->take(budget::mails, "192.0.2.7", start + 20s));
  throttle->give_back(budget::address_failures, "192.0.2.7", start + 19s);
  CHECK_FALSE(throttle->take(budget::address_failures, "192.0.2.7", start + 20s));
  CHECK(throttle->take(budget::address_failures, "192.0.2.7", start + 9min));
  CHECK_FALSE(throttle->take(budget::address_failures, "192.0.2.7", start + 10min));
}

TEST_CASE("five registrations and three mails an hour") {
  const auto throttle = http::create_throttle(defaults());
  for (int i = 0; i < 5; ++i) CHECK_FALSE(throttle->take(budget::registrations, "a", start));
  CHECK(throttle->take(budget::registrations, "a", start) == 1h);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(throttle->take(budget::mails, "a", start));
  CHECK(throttle->take(budget::mails, "a", start + 59min) == 60s);
  CHECK_FALSE(throttle->take(budget::mails, "a", start + 1h));
}

TEST_CASE("the memory of the throttle is bounded, and the oldest keys go first") {
  auto settings = defaults();
  settings.throttle.tracked_max = 10;
  const auto throttle = http::create_throttle(settings);
  for (int i = 0; i < 5; ++i) (void)throttle->attempt("claire", start);
  for (int i = 0; i < 9; ++i) (void)throttle->attempt("other" + std::to_string(i), start);
  CHECK(throttle->attempt("claire", start));
  for (int i = 0; i < 10; ++i) (void)throttle->attempt("more" + std::to_string(i), start);
  CHECK_FALSE(throttle->attempt("claire", start));
}

TEST_CASE("many keys of one kind crowd nobody out of another") {
  auto settings = defaults();
  settings.throttle.tracked_max = 10;
  const auto throttle = http::create_throttle(settings);
  for (int i = 0; i < 5; ++i) (void)throttle->attempt("account:claire", start);
  for (int i = 0; i < 3; ++i) (void)throttle->take(budget::mails, "claire@example.org", start);
  for (int i = 0; i < 1000; ++i) {
    const auto made_up = std::to_string(i);
    (void)throttle->attempt("login:" + made_up, start);
    (void)throttle->take(budget::address_failures, made_up, start);
    (void)throttle->take(budget::space_numbers, made_up, start);
    (void)throttle->take(budget::guest_orders, made_up, start);
  }
  CHECK(throttle->attempt("account:claire", start));
  CHECK(throttle->take(budget::mails, "claire@example.org", start));
}

TEST_CASE("several are taken and given back at once, or none") {
  auto settings = defaults();
  settings.throttle.guest_places = 10;
  const auto throttle = http::create_throttle(settings);
  const auto take = [&](std::int64_t many, auto after) {
    return throttle->take(budget::guest_places, "192.0.2.7", start + after, many);
  };
  CHECK_FALSE(take(4, 0s));
  CHECK_FALSE(take(4, 10min));
  CHECK(take(3, 20min) == 40min); // until the first four are an hour old
  CHECK(take(7, 20min) == 50min);
  CHECK_FALSE(take(2, 20min));
  CHECK(take(1, 20min) == 40min);
  throttle->give_back(budget::guest_places, "192.0.2.7", start + 10min, 4);
  CHECK_FALSE(take(4, 20min));
  CHECK(take(1, 20min));
  CHECK_FALSE(take(500, 3h)); // more than there ever is takes all of it
  CHECK(take(1, 3h) == 1h);
}

TEST_CASE("a budget with a high limit keeps few moments and forgets nothing early") {
  auto settings = defaults();
  settings.throttle.address_failures = 1'000;
  const auto throttle = http::create_throttle(settings);
  for (int i = 0; i < 1'000; ++i)
    REQUIRE_FALSE(throttle->take(budget::address_failures, "192.0.2.7", start + i * 100ms));
  CHECK(throttle->take(budget::address_failures, "192.0.2.7", start + 5min));
  // The first ones are told apart, the many behind them count as taken when the last of them was.
  CHECK_FALSE(throttle->take(budget::address_failures, "192.0.2.7", start + 10min));
  CHECK_FALSE(throttle->take(budget::address_failures, "192.0.2.7", start + 10min + 100s, 999));
}

TEST_CASE("what is given back counts no more, also where moments are not told apart") {
  auto settings = defaults();
  settings.throttle.address_failures = 100;
  const auto throttle = http::create_throttle(settings);
  for (int i = 0; i < 100; ++i)
    REQUIRE_FALSE(throttle->take(budget::address_failures, "192.0.2.7", start + i * 1s));
  for (int i = 0; i < 100; ++i) throttle->give_back(budget::address_failures, "192.0.2.7", start + i * 1s);
  CHECK_FALSE(throttle->take(budget::address_failures, "192.0.2.7", start + 100s, 100));
  throttle->give_back(budget::address_failures, "192.0.2.8", start);
}

TEST_CASE("throttling can be lifted for a load test") {
  auto settings = defaults();
  settings.security.throttling = false;
  const auto throttle = http::create_throttle(settings);
  for (int i = 0; i < 100; ++i) {
    CHECK_FALSE(throttle->attempt("claire", start));
    CHECK_FALSE(throttle->take(budget::mails, "claire", start));
  }
}

TEST_CASE("a client is an IPv4 address or an IPv6 network of 64 bits") {
  CHECK(http::client_key("192.0.2.7") == "192.0.2.7");
  CHECK(http::client_key("2001:db8:1:2::1") == http::client_key("2001:db8:1:2:ffff::9"));
  CHECK(http::client_key("2001:db8:1:2::1") != http::client_key("2001:db8:1:3::1"));
}
