#include "actors/runtime/entity.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <catch2/catch.hpp>

#include <map>
#include <stdexcept>
#include <vector>

// QUALITY, "faults it survives": an exception in one actor stops that actor only; it reloads from the
// database at the next message.

using namespace foyer;

namespace counters {

struct state {
  std::int64_t sum = 0;
};
struct add {
  using result = std::int64_t;
  std::int64_t what = 0;
};
struct get {
  using result = std::int64_t;
};
struct fall_over {
  using result = std::int64_t;
};
struct take_what_was_read {
  using result = std::int64_t;
  std::int64_t what = 0;
};

outcome<step<state, std::int64_t>> decide(const state& now, add command) {
  auto next = now;
  next.sum += command.what;
  commit rows;
  return step<state, std::int64_t>{next, next.sum, std::move(rows)};
}

outcome<std::int64_t> decide(const state& now, const get&) {
  return now.sum;
}

outcome<std::int64_t> decide(const state&, const fall_over&) {
  throw std::logic_error("a mistake of ours");
}

outcome<step<state, std::int64_t>> decide(const state& now, take_what_was_read command) {
  if (command.what > now.sum) return errc::version_conflict;
  return decide(now, add{-command.what});
}

} // namespace counters

namespace {

struct testing_config : caf::actor_system_config {
  testing_config() { set("scheduler.policy", caf::atom("testing")); }
};

// The sums as they are stored.
using table = std::map<household_id, std::int64_t>;

struct counter_model {
  using id_type = household_id;
  using state_type = counters::state;
  static constexpr const char* name = "counter";
  static constexpr bool counted = false;

  void load(const household_id& of, std::function<void(outcome<counters::state>)> done) {
    ++loads;
    done(counters::state{stored[of]});
  }

  table stored;
  int loads = 0;
};

// Keeps what is asked until the test says what became of it.
class held_journal final : public journal {
public:
  void append(commit, std::function<void(const commit_outcome&)> done) override {
    waiting.push_back(std::move(done));
  }
  std::vector<std::function<void(const commit_outcome&)>> waiting;
};

struct yard {
  testing_config config;
  caf::actor_system system{config};
  caf::scheduler::test_coordinator& scheduler =
      dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  std::shared_ptr<counter_model> model = std::make_shared<counter_model>();
  held_journal to;
  using kind = runtime::entity<counter_model, counters::add, counters::get, counters::fall_over,
                               counters::take_what_was_read>;
  std::unique_ptr<kind::directory_type> counters = kind::create_directory(system, model, to, {});
  household_id one{*parse_uuid("01920000-0000-7000-8000-000000000001")};
  household_id other{*parse_uuid("01920000-0000-7000-8000-000000000002")};

  ~yard() {
    counters->close();
    scheduler.run();
  }

  using answer = std::shared_ptr<std::optional<outcome<std::int64_t>>>;
  template <class Command>
  answer ask_for(const household_id& which, Command command) {
    auto out = std::make_shared<std::optional<outcome<std::int64_t>>>();
    counters->tell(which, ask<Command>{command, reply<std::int64_t>{[out](outcome<std::int64_t> told) {
                                         *out = std::move(told);
                                       }}});
    return out;
  }
  /// Until the actors that nobody waits for have left.
  void let_go() {
    counters->sweep(std::chrono::seconds{-10}, 1'000);
    scheduler.run();
  }
  std::int64_t add_and_wait(const household_id& which, std::int64_t what) {
    const auto told = ask_for(which, counters::add{what});
    scheduler.run();
    commit_all();
    REQUIRE(*told);
    REQUIRE((*told)->ok());
    return **(*told);
  }
  void commit_all() { settle_all(commit_status::committed); }
  void settle_all(commit_status as) {
    for (auto& done : std::exchange(to.waiting, {})) done({as, {}, {}});
    scheduler.run();
  }
};

} // namespace

TEST_CASE("P4 an exception in one actor stops that actor only, and the next message reloads it") {
  yard here;
  const auto first = here.ask_for(here.one, counters::add{5});
  const auto beside = here.ask_for(here.other, counters::add{7});
  here.scheduler.run();
  here.commit_all();
  REQUIRE(*first);
  CHECK((*first)->ok());
  here.model->stored[here.one] = 5;
  REQUIRE(here.counters->live() == 2);

  const auto broken = here.ask_for(here.one, counters::fall_over{});
  const auto behind = here.ask_for(here.one, counters::add{1}); // waits in its mailbox
  here.scheduler.run();
  REQUIRE(*broken);
  CHECK((*broken)->error().code == errc::unavailable);
  REQUIRE(*behind); // decided by the next actor, or told to come again: never left without an answer
  CHECK(here.counters->live() == 1);

  const auto loads = here.model->loads;
  const auto again = here.ask_for(here.one, counters::add{1});
  const auto unharmed = here.ask_for(here.other, counters::add{1});
  here.scheduler.run();
  here.commit_all();
  REQUIRE(*again);
  REQUIRE((*again)->ok());
  CHECK(**(*again) == 6); // what was stored, and this
  REQUIRE(*unharmed);
  CHECK(**(*unharmed) == 8);
  CHECK(here.model->loads == loads + 1); // the other one lived on
}

TEST_CASE("P4 an actor that refuses because it knows less than its asker has read reads its state again") {
  yard here;
  here.ask_for(here.one, counters::add{5});
  here.scheduler.run();
  here.commit_all();
  here.model->stored[here.one] = 8; // another process, or one that died and whose last commit landed late
  const auto refused = here.ask_for(here.one, counters::take_what_was_read{8});
  here.scheduler.run();
  REQUIRE(*refused);
  CHECK((*refused)->error().code == errc::version_conflict);
  const auto again = here.ask_for(here.one, counters::take_what_was_read{8});
  here.scheduler.run();
  here.commit_all();
  REQUIRE(*again);
  REQUIRE((*again)->ok());
  CHECK(**(*again) == 0);
}

TEST_CASE("P4 who reads what a failing commit takes back is told what is there without it") {
  yard here;
  CHECK(here.add_and_wait(here.one, 5) == 5);
  here.model->stored[here.one] = 5;
  const auto lost = here.ask_for(here.one, counters::add{3});
  const auto behind_it = here.ask_for(here.one, counters::get{});
  here.scheduler.run();
  CHECK_FALSE(*behind_it);
  here.settle_all(commit_status::lost);
  REQUIRE(*lost);
  CHECK((*lost)->error().code == errc::unavailable);
  REQUIRE(*behind_it);
  REQUIRE((*behind_it)->ok());
  CHECK(**(*behind_it) == 5);
}

TEST_CASE("P4 who waits for a commit of an actor that an exception stops is told to come again") {
  yard here;
  const auto waiting = here.ask_for(here.one, counters::add{5});
  here.scheduler.run();
  REQUIRE_FALSE(*waiting);
  const auto broken = here.ask_for(here.one, counters::fall_over{});
  here.scheduler.run();
  REQUIRE(*waiting);
  CHECK((*waiting)->error().code == errc::unavailable);
  REQUIRE(*broken);
  // It lands all the same: the repeat with the same idempotency key gets its answer from the row.
  here.model->stored[here.one] = 5;
  here.commit_all();
  const auto again = here.ask_for(here.one, counters::add{1});
  here.scheduler.run();
  here.commit_all();
  REQUIRE(*again);
  CHECK(**(*again) == 6);
}

TEST_CASE("B5 an actor that is started with its state decides on it and reads nothing") {
  yard here;
  const auto since = here.counters->departures();
  REQUIRE(here.counters->start_with(here.one, since, counters::state{40}));
  here.scheduler.run();
  CHECK(here.counters->live() == 1);
  CHECK(here.add_and_wait(here.one, 2) == 42);
  CHECK(here.model->loads == 0);
}

TEST_CASE("B5 a state that was read before its actor left memory is not taken") {
  yard here;
  const auto since = here.counters->departures();
  const counters::state read{here.model->stored[here.one]}; // 0
  CHECK(here.add_and_wait(here.one, 5) == 5);
  CHECK_FALSE(here.counters->start_with(here.one, since, read)); // it is there
  here.model->stored[here.one] = 5;
  here.let_go();
  REQUIRE(here.counters->live() == 0);
  CHECK_FALSE(here.counters->start_with(here.one, since, read)); // it was there
  CHECK(here.counters->live() == 0);
  CHECK(here.add_and_wait(here.one, 1) == 6);
}

TEST_CASE("B5 a state that was read before an exception stopped its actor is not taken") {
  yard here;
  const auto since = here.counters->departures();
  CHECK(here.add_and_wait(here.one, 5) == 5);
  here.model->stored[here.one] = 5;
  here.ask_for(here.one, counters::fall_over{});
  here.scheduler.run();
  REQUIRE(here.counters->live() == 0);
  CHECK_FALSE(here.counters->start_with(here.one, since, counters::state{0}));
}

TEST_CASE("B5 a state that was read before its row was written past the actors is not taken") {
  yard here;
  const auto since = here.counters->departures();
  here.counters->tell_if_live(here.one, ask<counters::add>{}); // as a campaign tells what it wrote
  CHECK_FALSE(here.counters->start_with(here.one, since, counters::state{0}));
  CHECK(here.counters->start_with(here.one, here.counters->departures(), counters::state{3}));
}

TEST_CASE("B5 an actor that nobody asked for leaves memory like any other, and none starts after the end") {
  yard here;
  REQUIRE(here.counters->start_with(here.one, here.counters->departures(), counters::state{40}));
  here.let_go();
  CHECK(here.counters->live() == 0);
  here.counters->close();
  CHECK_FALSE(here.counters->start_with(here.one, here.counters->departures(), counters::state{40}));
}
