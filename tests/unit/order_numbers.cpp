#include "actors/checkout/build.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace foyer;
using namespace std::chrono_literals;

TEST_CASE("S6 an order's number is 40 random bits behind a character that orders of one hour share") {
  const time_point at{std::chrono::hours{494'000}};
  const auto hour_of = [](const std::string& number) { return number.substr(0, 5); };
  std::set<std::string> numbers;
  std::set<std::string> hours;
  for (int i = 0; i < 1'000; ++i) {
    const auto number = checkout::new_order_number(at + i * 3599ms);
    CHECK(number.size() == 13);
    CHECK(hour_of(number) == hour_of(checkout::new_order_number(at)));
    numbers.insert(number.substr(5));
  }
  CHECK(numbers.size() == 1'000);
  for (int hour = 0; hour < 32; ++hour) hours.insert(hour_of(checkout::new_order_number(at + hour * 1h)));
  CHECK(hours.size() == 32);
  CHECK(hour_of(checkout::new_order_number(at + 32h)) == hour_of(checkout::new_order_number(at)));
}
