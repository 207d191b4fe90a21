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
struct fall_over {
  using result = std::int64_t;
};

outcome<step<state, std::int64_t>> decide(const state& now, add command) {
  auto next = now;
  next.sum += command.what;
  commit rows;
  return step<state, std::int64_t>{next, next.sum, std::move(rows)};
}

outcome<std::int64_t> decide(const state&, const fall_over&) {
  throw std::logic_error("a mistake of ours");
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
  using kind = runtime::entity<counter_model, counters::add, counters::fall_over>;
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
  void commit_all() {
    for (auto& done : std::exchange(to.waiting, {})) done({commit_status::committed, {}, {}});
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
