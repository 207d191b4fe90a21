#include "bench/histogram.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <vector>

using foyer::bench::histogram;

TEST_CASE("bench histogram: nothing recorded is zero everywhere") {
  const histogram empty;
  CHECK(empty.count() == 0);
  CHECK(empty.max_ns() == 0);
  CHECK(empty.mean_ns() == 0.0);
  CHECK(empty.quantile_ns(0.99) == 0);
}

TEST_CASE("bench histogram: small values are exact") {
  histogram values;
  for (int i = 1; i <= 100; ++i) values.record(i);
  CHECK(values.count() == 100);
  CHECK(values.quantile_ns(0.5) == 50);
  CHECK(values.quantile_ns(0.99) == 99);
  CHECK(values.quantile_ns(0.991) == 100);
  CHECK(values.quantile_ns(1.0) == 100);
  CHECK(values.mean_ns() == Approx(50.5));
}

TEST_CASE("bench histogram: every quantile is within one part in 128 of the sorted values") {
  std::mt19937_64 random{7};
  std::vector<std::int64_t> sorted;
  histogram values;
  for (int i = 0; i < 20'000; ++i) {
    const auto value = static_cast<std::int64_t>(random() >> (random() % 24 + 24));
    sorted.push_back(value);
    values.record(value);
  }
  std::sort(sorted.begin(), sorted.end());
  for (const double quantile : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(quantile * static_cast<double>(sorted.size()));
    const auto exact = sorted[std::max<std::size_t>(rank, 1) - 1];
    CAPTURE(quantile);
    CHECK(values.quantile_ns(quantile) >= exact);
    CHECK(static_cast<double>(values.quantile_ns(quantile)) <=
          static_cast<double>(exact) * (1 + 1.0 / 128) + 1);
  }
  CHECK(values.max_ns() == sorted.back());
}

TEST_CASE("bench histogram: negative and enormous values are taken at the ends") {
  histogram values;
  values.record(-5);
  values.record(std::int64_t{1} << 62);
  CHECK(values.count() == 2);
  CHECK(values.quantile_ns(0.5) == 0);
  CHECK(values.quantile_ns(1.0) == std::int64_t{1} << 62);
}

TEST_CASE("bench histogram: merging is recording both") {
  histogram a, b, both;
  for (int i = 0; i < 1000; ++i) {
    a.record(i * 7);
    b.record(i * 1313);
    both.record(i * 7);
    both.record(i * 1313);
  }
  a.merge(b);
  CHECK(a.count() == both.count());
  CHECK(a.max_ns() == both.max_ns());
  CHECK(a.mean_ns() == Approx(both.mean_ns()));
  for (const double quantile : {0.1, 0.5, 0.99}) CHECK(a.quantile_ns(quantile) == both.quantile_ns(quantile));
  a.reset();
  CHECK(a.count() == 0);
}
