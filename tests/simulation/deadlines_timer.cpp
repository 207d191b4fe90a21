#include "actors/deadlines/deadlines.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

using namespace foyer;
using namespace std::chrono_literals;

namespace {

struct testing_config : caf::actor_system_config {
  testing_config() { set("scheduler.policy", caf::atom("testing")); }
};

class set_clock final : public clock_source {
public:
  [[nodiscard]] time_point now() const override { return at; }
  time_point at{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
};

/// Rows in memory, read at once; unreadable when told.
class rows_in_memory final : public deadlines::loader {
public:
  void load_deadlines(time_point before, int limit,
                      std::function<void(outcome<std::vector<deadline_row>>)> done) override {
    ++looks;
    if (failing) return done(errc::unavailable);
    std::vector<deadline_row> found;
    for (const auto& row : rows)
      if (row.due_at < before && found.size() < static_cast<std::size_t>(limit)) found.push_back(row);
    done(std::move(found));
  }

  std::vector<deadline_row> rows; // the earliest first
  bool failing = false;
  int looks = 0;
};

/// The timer with a clock of its own.
class fixture {
public:
  fixture() : scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())) {}
  ~fixture() {
    timer_->stop();
    while (scheduler_.run() + scheduler_.trigger_timeouts() > 0) {
    }
  }

  void start() {
    timer_ = deadlines::create_timer(system_, table, clock, [this](const deadline_row& row) {
      told.push_back(row.entity.bytes[0]);
      told_at.push_back(clock.at);
      if (done_when_told)
        std::erase_if(table.rows, [&](const deadline_row& each) { return each.id == row.id; });
    });
    scheduler_.run();
  }
  deadlines::timer& timer() { return *timer_; }

  /// Time passes in the steps in which the timer ticks.
  void pass(duration how_long) {
    for (duration passed{0}; passed < how_long; passed += tick) {
      clock.at += tick;
      scheduler_.advance_time(tick);
      scheduler_.run();
    }
  }

  deadline_row in(duration later, std::uint8_t number) const {
    deadline_row row;
    row.id.value.bytes[0] = number;
    row.entity.bytes[0] = number;
    row.due_at = clock.at + later;
    return row;
  }

  static constexpr std::chrono::milliseconds tick = 250ms;

  set_clock clock;
  rows_in_memory table;
  bool done_when_told = false; // the row goes with the work, at once
  std::vector<int> told;
  std::vector<time_point> told_at;

private:
  testing_config config_;
  caf::actor_system system_{config_};
  caf::scheduler::test_coordinator& scheduler_;
  std::unique_ptr<deadlines::timer> timer_;
};

} // namespace

TEST_CASE("A4 what came due while the server was down is done at start") {
  fixture f;
  f.table.rows = {f.in(-24h, 1), f.in(-1s, 2)};
  f.start();
  f.pass(1s);
  CHECK(f.told == std::vector{1, 2});
}

TEST_CASE("O4 a deadline is told when it is due, not before, and hardly later") {
  fixture f;
  f.start();
  f.pass(1s);
  const auto row = f.in(15min, 1);
  f.table.rows = {row};
  f.timer().add(row);
  f.pass(15min - 1s);
  CHECK(f.told.empty());
  f.pass(2s);
  REQUIRE(f.told.size() == 1);
  CHECK(f.told_at[0] >= row.due_at);
  CHECK(f.told_at[0] <= row.due_at + 2 * fixture::tick);
}

TEST_CASE("deadlines: a far one is not kept in memory, a near one needs no look") {
  fixture f;
  f.start();
  f.pass(1s);
  const auto looks = f.table.looks;
  f.timer().add(f.in(5s, 1));
  f.timer().add(f.in(10min, 2)); // whose row is gone before it is due
  f.pass(6s);
  CHECK(f.told == std::vector{1});
  CHECK(f.table.looks == looks);
  f.pass(11min);
  CHECK(f.told == std::vector{1});
}

TEST_CASE("deadlines: a look that failed is tried again soon") {
  fixture f;
  f.table.rows = {f.in(-1s, 1)};
  f.table.failing = true;
  f.start();
  f.pass(5s);
  CHECK(f.told.empty());
  CHECK(f.table.looks >= 3);
  f.table.failing = false;
  f.pass(2s);
  CHECK(f.told == std::vector{1});
}

TEST_CASE("deadlines: what was told but not done is told again, what was done is not") {
  fixture f;
  f.table.rows = {f.in(1s, 1), f.in(1s, 2)};
  f.start();
  f.pass(3s);
  CHECK(f.told == std::vector{1, 2});
  f.table.rows.pop_back();
  f.pass(30s);
  CHECK(std::count(f.told.begin(), f.told.end(), 1) >= 2);
  CHECK(std::count(f.told.begin(), f.told.end(), 2) == 1);
}

TEST_CASE("deadlines: more than one look can hold are all told") {
  fixture f;
  for (int i = 0; i < 2'500; ++i) {
    f.table.rows.push_back(f.in(-1s, 0));
    f.table.rows.back().id.value.bytes[15] = static_cast<std::uint8_t>(i);
    f.table.rows.back().id.value.bytes[14] = static_cast<std::uint8_t>(i >> 8);
  }
  f.done_when_told = true;
  f.start();
  f.pass(5s);
  CHECK(f.told.size() == 2'500);
}
