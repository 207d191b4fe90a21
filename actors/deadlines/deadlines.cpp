#include "actors/deadlines/deadlines.hpp"

#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <map>

namespace foyer::deadlines {

struct tick {};
struct added {
  deadline_row row;
};
struct found {
  std::vector<deadline_row> rows;
  bool failed = false;
};

} // namespace foyer::deadlines

template <>
struct caf::allowed_unsafe_message_type<foyer::deadlines::tick> : std::true_type {};
template <>
struct caf::allowed_unsafe_message_type<foyer::deadlines::added> : std::true_type {};
template <>
struct caf::allowed_unsafe_message_type<foyer::deadlines::found> : std::true_type {};

namespace foyer::deadlines {
namespace {

// Expiries are told in minutes and hours: four looks a second are plenty, and cost nothing.
constexpr std::chrono::milliseconds tick_every{250};
// How far ahead rows are kept in memory, and how often the database is asked for them. The second look also
// meets again what could not be done the first time.
constexpr std::chrono::seconds horizon{60};
constexpr std::chrono::seconds look_every{20};
// Of one look; more wait for the next, which follows at once.
constexpr int rows_max = 1'000;

using handle = caf::typed_actor<caf::reacts_to<tick>, caf::reacts_to<added>, caf::reacts_to<found>>;

struct state {
  static inline const char* name = "deadlines";
  explicit state(handle::pointer) {}

  std::multimap<time_point, deadline_row> near;
  time_point next_look{};
  bool looking = false;

  void keep(const deadline_row& row, time_point now) {
    if (row.due_at > now + horizon) return;
    for (auto [at, end] = near.equal_range(row.due_at); at != end; ++at)
      if (at->second.id == row.id) return;
    near.emplace(row.due_at, row);
  }
};

void look(handle::stateful_pointer<state> self, loader& from, time_point now) {
  self->state.looking = true;
  from.load_deadlines(now + horizon, rows_max, [to = handle{self}](outcome<std::vector<deadline_row>> rows) {
    caf::anon_send(to, rows ? found{std::move(*rows), false} : found{{}, true});
  });
}

handle::behavior_type behavior(handle::stateful_pointer<state> self, loader* from, const clock_source* clock,
                               dispatch to) {
  self->delayed_send(self, tick_every, tick{});
  return {
      [self, from, clock, to](tick) {
        const auto now = clock->now();
        auto& near = self->state.near;
        while (!near.empty() && near.begin()->first <= now) {
          const auto due = near.extract(near.begin());
          to(due.mapped());
        }
        if (!self->state.looking && now >= self->state.next_look) look(self, *from, now);
        self->delayed_send(self, tick_every, tick{});
      },
      [self, clock](const added& message) { self->state.keep(message.row, clock->now()); },
      [self, clock](const found& message) {
        self->state.looking = false;
        const auto now = clock->now();
        const bool all = message.rows.size() < static_cast<std::size_t>(rows_max);
        self->state.next_look = message.failed ? now + std::chrono::seconds{1} : all ? now + look_every : now;
        for (const auto& row : message.rows) self->state.keep(row, now);
      }};
}

class actor_timer final : public timer {
public:
  explicit actor_timer(handle actor) : actor_(std::move(actor)) {}
  void add(const deadline_row& row) override { caf::anon_send(actor_, added{row}); }
  void stop() override { caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown); }

private:
  handle actor_;
};

} // namespace

std::unique_ptr<timer> create_timer(caf::actor_system& system, loader& from, const clock_source& clock,
                                    dispatch to) {
  return std::make_unique<actor_timer>(system.spawn<caf::hidden>(&behavior, &from, &clock, std::move(to)));
}

} // namespace foyer::deadlines
