#include "actors/vocabulary/money.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace foyer;

TEST_CASE("W1 sums that do not fit are no sums") {
  constexpr auto most = std::numeric_limits<amount>::max();
  constexpr auto least = std::numeric_limits<amount>::min();
  CHECK(add(2, 3) == 5);
  CHECK(add(most, 0) == most);
  CHECK_FALSE(add(most, 1).has_value());
  CHECK_FALSE(add(least, -1).has_value());
  CHECK(multiply(-4, 5) == -20);
  CHECK_FALSE(multiply(most / 2 + 1, 2).has_value());
  CHECK_FALSE(multiply(least, -1).has_value());
}

TEST_CASE("W1 a currency is three capital letters") {
  CHECK(currency::parse("EUR")->code() == "EUR");
  for (const auto* wrong : {"", "EU", "EURO", "eur", "E R", "EU\xC3\x89"})
    CHECK_FALSE(currency::parse(wrong).has_value());
  CHECK(currency::parse("EUR") == currency{});
  CHECK_FALSE(currency::parse("CHF") == currency{});
}

TEST_CASE("O1 the tax inside a price is rounded half up") {
  struct {
    amount gross;
    int basis_points;
    amount tax;
  } const table[] = {
      {1'200, 2'000, 200},
      {1'000, 2'000, 167}, // 166.67
      {1'000, 550, 52},    // 52.13
      {1'000, 210, 21},    // 20.57
      {1'000, 0, 0},
      {0, 2'000, 0},
      {3, 2'000, 1}, // exactly a half
      {2, 2'000, 0}, // 0.33
      {largest_amount, 2'000, 166'666'666'667},
  };
  for (const auto& each : table) {
    INFO(each.gross << " at " << each.basis_points);
    CHECK(vat_included(each.gross, each.basis_points) == each.tax);
  }
}
