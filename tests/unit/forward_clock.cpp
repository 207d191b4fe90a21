#include "actors/vocabulary/forward_clock.hpp"

#include <catch2/catch.hpp>

using namespace foyer;
using namespace std::chrono_literals;

namespace {

constexpr duration day = 20'000 * 24h;

} // namespace

TEST_CASE("O4 a clock that is set back makes nothing live longer") {
  forward_clock clock;
  const auto began = clock.at(day, 100s);
  CHECK(began.time_since_epoch() == day);
  // Set back by an hour while ten seconds pass: ten seconds have passed.
  CHECK(clock.at(day + 10s - 1h, 110s) - began == 10s);
  CHECK(clock.at(day + 20s - 1h, 120s) - began == 20s);
  // Caught up, and the usual again.
  CHECK(clock.at(day + 2h, 100s + 2h) - began == 2h);
}

TEST_CASE("O4 a clock that is set forward is followed, and kept when that was a mistake") {
  forward_clock clock;
  const auto began = clock.at(day, 100s);
  CHECK(clock.at(day + 1h + 10s, 110s) - began == 1h + 10s);
  CHECK(clock.at(day + 20s, 120s) - began == 1h + 20s);
}

TEST_CASE("O4 a clock that was set back while no server ran goes on from the time that was seen") {
  forward_clock clock;
  clock.begin_at(std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()) + 1h);
  CHECK(clock.ahead() > 59min);
  // Not to the microsecond: both clocks are read one after the other, and each is rounded.
  CHECK(clock.ahead() < 61min);
  const auto began = clock.now();
  CHECK(began - std::chrono::system_clock::now() > 59min);
  clock.begin_at(began - 2h); // an earlier time changes nothing
  CHECK(clock.now() >= began);
}

TEST_CASE("O4 a reader that has to wait between both clocks moves nothing") {
  forward_clock clock;
  const auto began = clock.at(day, 100s);
  // The time of day was read two seconds before the other.
  CHECK(clock.at(day + 10s, 112s) - began == 12s);
  CHECK(clock.at(day + 13s, 113s) - began == 13s);
}

TEST_CASE("O4 the machine's clock, as long as nobody sets it, is the machine's clock") {
  forward_clock clock;
  const auto before = std::chrono::system_clock::now();
  const auto now = clock.now();
  const auto after = std::chrono::system_clock::now();
  CHECK(now >= before - 1ms);
  CHECK(now <= after + 1ms);
  CHECK(clock.ahead() < 1min); // of a thread that has to wait between both
  CHECK(clock.ahead() >= 0s);
}
