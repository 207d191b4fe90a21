#pragma once

#include "actors/entity_step.hpp"
#include "actors/handing_on.hpp"
#include "actors/journal.hpp"
#include "actors/reply.hpp"
#include "actors/runtime/directory.hpp"
#include "actors/runtime/small_queue.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace foyer::runtime {
template <class State>
struct loaded;
struct settled;
} // namespace foyer::runtime

// Messages between our actors stay in this process: they carry replies, which can't be serialised.
template <class Command>
struct caf::allowed_unsafe_message_type<foyer::ask<Command>> : std::true_type {};
template <class State>
struct caf::allowed_unsafe_message_type<foyer::runtime::loaded<State>> : std::true_type {};
template <>
struct caf::allowed_unsafe_message_type<foyer::runtime::settled> : std::true_type {};
template <>
struct caf::allowed_unsafe_message_type<foyer::runtime::passivate> : std::true_type {};

// The shell that all entities share: it loads the state at the first message, lets the pure `decide` of the
// entity decide, hands the rows to the journal, and answers when they are durable. What an entity adds is its
// state, its commands and one `decide` overload for each (actors/<entity>/<entity>.hpp).

namespace foyer {

namespace runtime {

/// Limits of one entity's queue; more waiting commands are refused with `unavailable`.
struct entity_limits {
  std::size_t waiting_max = 10'000;
};

/// The state has arrived from the database, or could not be read.
template <class State>
struct loaded {
  outcome<State> state;
};

/// What became of a commit under way.
struct settled {
  std::uint64_t sequence = 0;
  commit_outcome what;
};

/// How a failed commit is told to the one who asked. Conflicts name the constraint in `detail`.
inline refusal refusal_of(const commit_outcome& what) {
  switch (what.status) {
  case commit_status::conflict: return {errc::conflict, what.constraint};
  case commit_status::rejected:
    if (what.constraint == "offer_stock_capacity") return errc::sold_out;
    if (what.constraint == "wallets_floor") return errc::insufficient_funds;
    if (what.constraint == "households_merged") return errc::household_merged;
    // Somebody else paid, cancelled or refunded the same order first; the database looks at the stock before
    // the order.
    if (what.constraint == "offer_stock_held_check" || what.constraint == "offer_stock_sold_check")
      return errc::unavailable;
    return {errc::internal, what.constraint.empty() ? what.detail : what.constraint};
  case commit_status::committed:
  case commit_status::stale:
  case commit_status::lost: break;
  }
  return errc::unavailable;
}

/// Everything of an entity's shell but its list of commands. `Model` has: `id_type`, `state_type`, `static
/// constexpr const char* name`, `static constexpr std::size_t` nothing else, and a member `void load(const
/// id_type&, std::function<void(outcome<state_type>)>)`; optionally `void carry(const state_type& from,
/// state_type& to)` for what lives in memory only and must survive a reload, and `bool busy(const
/// state_type&)` while that keeps the actor in memory. A command with `static constexpr bool kept = true`
/// changes such memory: it is never refused for want of the state or of room, but waits until it can be
/// decided. `static constexpr bool counted = true` in a model says that its rows' versions count up. Then one
/// commit is under way at a time: were there two and the first one lost while another process writes, the
/// second would expect just the number that the other process has written, and overwrite it. Commands with
/// `static constexpr bool in_memory = true` write nothing and need not wait. A command with a member
/// `handing_on on` that is set has its rows handed on instead of appended.
template <class Model, class Self>
class entity_core {
public:
  using id_type = typename Model::id_type;
  using state_type = typename Model::state_type;

  /// With `known`, what it would read is known already.
  entity_core(Self* self, id_type id, std::shared_ptr<Model> model, journal& to, entity_limits limits,
              std::optional<state_type> known)
      : self_(self), id_(std::move(id)), model_(std::move(model)), journal_(to), limits_(limits),
        current_(std::move(known)) {}

  /// Decides now, or when the state has arrived.
  template <class Command>
  void submit(ask<Command>& message) {
    if (!current_ || (writes<Command> && commits_under_way_ > 0)) {
      if (!kept<Command> && stash_.size() >= limits_.waiting_max) return message.back(errc::unavailable);
      // Submitted again, not processed: what waited before it may have sent the state away once more.
      stash_.push_back(
          {kept<Command>, writes<Command>, [this, held = std::move(message)]() mutable { submit(held); }});
      if (!current_) request_load();
      return;
    }
    process(message);
  }

  void on_loaded(loaded<state_type>& message) {
    loading_ = false;
    if (!message.state) {
      // Their replies say unavailable. What is kept is decided when the next message has loaded the state.
      stash_.remove_if([](const waiting_command& each) { return !each.kept; });
      return;
    }
    if (before_reload_) {
      if constexpr (requires(Model & m, state_type & s) { m.carry(s, s); })
        model_->carry(*before_reload_, *message.state);
      before_reload_.reset();
    }
    current_ = std::move(*message.state);
    go_on();
  }

  void on_settled(settled& message) {
    if (message.what.status != commit_status::committed) drop_state();
    // News may come out of order: a commit that found the queue full is told at once.
    under_way_[message.sequence - first_sequence_].what = std::move(message.what);
    while (!under_way_.empty() && finish_front()) {
    }
    go_on();
  }

  /// True when the actor may leave memory: nothing under way, nothing waiting.
  [[nodiscard]] bool idle() const {
    if (!under_way_.empty() || !stash_.empty() || loading_) return false;
    if constexpr (requires(const Model& m, const state_type& s) { m.busy(s); })
      return !(before_reload_ && model_->busy(*before_reload_)) && !(current_ && model_->busy(*current_));
    else
      return true;
  }

  [[nodiscard]] const id_type& id() const { return id_; }

private:
  /// Whether a command is never refused for want of room.
  template <class Command>
  static constexpr bool kept = requires {
    requires Command::kept;
  };

  /// Whether a command has to wait for the commit before it.
  template <class Command>
  static constexpr bool writes = requires(const state_type& now, Command&& command) {
    requires Model::counted;
    decide(now, std::move(command))->rows;
  }
  &&!requires { requires Command::in_memory; };

  static constexpr bool versions_count = requires { requires Model::counted; };

  /// Whether a command changes nothing.
  template <class Command>
  static constexpr bool reads = !requires(const state_type& now, Command&& command) {
    decide(now, std::move(command))->rows;
  };

  // Takes up what waits, as far as the state is there and no commit is in the way.
  void go_on() {
    while (current_ && !stash_.empty() && !(stash_.front().writes && commits_under_way_ > 0)) {
      auto next = std::move(stash_.front());
      stash_.pop_front();
      next.run();
    }
    if (!current_ && !stash_.empty()) request_load();
  }

  template <class Command>
  void process(ask<Command>& message) {
    if (!kept<Command> && under_way_.size() >= limits_.waiting_max) return message.back(errc::unavailable);
    if constexpr (reads<Command>)
      if (!under_way_.empty()) return read_when_durable(message);
    handing_on on;
    if constexpr (requires { message.command.on; }) on = std::move(message.command.on);
    auto decided = decide(*current_, std::move(message.command));
    if (!decided) {
      // Who asked has read something newer than what is in memory here: another process wrote it, or one that
      // died and whose last commit landed late. A refusal writes nothing by which this would be noticed
      // otherwise. Where versions count up, who names another one has mostly read something older.
      if (!versions_count && decided.error().code == errc::version_conflict) drop_state();
      return answer_when_durable(std::move(message.back),
                                 outcome<typename Command::result>{std::move(decided.error())});
    }
    if constexpr (requires { decided->rows; }) {
      current_ = std::move(decided->next);
      if (decided->reload) drop_state();
      if (!decided->durable) return message.back(std::move(decided->result));
      append(std::move(decided->rows), std::move(message.back), std::move(decided->result), on);
    } else {
      answer_when_durable(std::move(message.back), outcome<typename Command::result>{std::move(*decided)});
    }
  }

  template <class Result>
  void append(commit rows, reply<Result> back, Result result, const handing_on& on) {
    const auto sequence = first_sequence_ + under_way_.size();
    wait_for_commits(std::move(back), outcome<Result>{std::move(result)}, true);
    ++commits_under_way_;
    auto settle = [to = typename Self::actor_hdl{self_}, sequence](const commit_outcome& what) {
      caf::anon_send(to, settled{sequence, what});
    };
    if (on)
      on(std::move(rows), std::move(settle));
    else
      journal_.append(std::move(rows), std::move(settle));
  }

  // An answer, or a refusal, that was decided on changes still in flight is told when those are durable:
  // nobody may see what a failed commit takes back.
  template <class Result>
  void answer_when_durable(reply<Result> back, outcome<Result> answer) {
    if (under_way_.empty()) return back(std::move(answer));
    wait_for_commits(std::move(back), std::move(answer), false);
  }

  // The same for what only reads: of changes that failed it knows nothing, so it is decided anew.
  template <class Command>
  void read_when_durable(ask<Command>& message) {
    auto answer = decide(*current_, Command{message.command});
    under_way_.push_back({false,
                          {},
                          [this, held = std::make_shared<ask<Command>>(std::move(message)),
                           answer = std::move(answer)](const commit_outcome& what) mutable {
                            if (what.status != commit_status::committed) return submit(*held);
                            held->back(outcome<typename Command::result>{std::move(answer)});
                          }});
  }

  template <class Result>
  void wait_for_commits(reply<Result> back, outcome<Result> answer, bool has_commit) {
    under_way_.push_back(
        {has_commit,
         {},
         [back = std::move(back), answer = std::move(answer)](const commit_outcome& what) mutable {
           if (what.status == commit_status::committed)
             back(std::move(answer));
           else
             back(refusal_of(what));
         }});
  }

  // Answers the oldest one if what it waits for is known.
  bool finish_front() {
    auto& front = under_way_.front();
    if (front.has_commit) {
      if (!front.what) return false;
      last_outcome_ = *front.what;
      --commits_under_way_;
    } else if (last_outcome_.status != commit_status::committed) {
      last_outcome_ = {commit_status::lost, {}, {}}; // what it had seen is not true any more
    }
    auto finish = std::move(front.finish);
    under_way_.pop_front();
    ++first_sequence_;
    finish(last_outcome_);
    return true;
  }

  void drop_state() {
    if (!current_) return;
    before_reload_ = std::move(current_);
    current_.reset();
  }

  void request_load() {
    // While commits are under way what the database says is about to change: load after the last of them.
    if (loading_ || !under_way_.empty()) return;
    loading_ = true;
    model_->load(id_, [to = typename Self::actor_hdl{self_}](outcome<state_type> state) {
      caf::anon_send(to, loaded<state_type>{std::move(state)});
    });
  }

  struct waiting_command {
    bool kept = false;
    bool writes = false;
    std::function<void()> run;
  };

  struct waiting_answer {
    bool has_commit = false; // else it only waits for those before it
    std::optional<commit_outcome> what;
    std::function<void(const commit_outcome&)> finish;
  };

  Self* self_;
  id_type id_;
  std::shared_ptr<Model> model_;
  journal& journal_;
  entity_limits limits_;
  std::optional<state_type> current_;       // including changes under way
  std::optional<state_type> before_reload_; // what `carry` may take over
  bool loading_ = false;
  std::uint64_t first_sequence_ = 0;      // of under_way_.front()
  small_queue<waiting_answer> under_way_; // in the order in which they were decided
  std::size_t commits_under_way_ = 0;
  commit_outcome last_outcome_;
  small_queue<waiting_command> stash_;
};

/// An entity actor that takes these commands.
template <class Model, class... Commands>
struct entity {
  using id_type = typename Model::id_type;
  using state_type = typename Model::state_type;
  using handle = caf::typed_actor<caf::reacts_to<ask<Commands>>..., caf::reacts_to<loaded<state_type>>,
                                  caf::reacts_to<settled>, caf::reacts_to<passivate>>;
  using directory_type = directory<id_type, handle, state_type>;

  struct shell {
    static inline const char* name = Model::name;
    explicit shell(typename handle::pointer) {}
    std::unique_ptr<entity_core<Model, typename handle::base>> core;
  };

  /// A directory that starts such actors in `system`. `model` and `to` must outlive the directory.
  static std::unique_ptr<directory_type> create_directory(caf::actor_system& system,
                                                          std::shared_ptr<Model> model, journal& to,
                                                          entity_limits limits) {
    // The directory is not known before it exists: actors find it through this cell.
    auto cell = std::make_shared<directory_type*>(nullptr);
    auto made = std::make_unique<directory_type>(
        [&system, model, &to, limits, cell](const id_type& id, std::shared_ptr<state_type> known) {
          // Lazy: the first message comes at once, or the state waits for one.
          return system.spawn<caf::hidden + caf::lazy_init>(&behavior, id, model, &to, limits, *cell,
                                                            std::move(known));
        });
    *cell = made.get();
    return made;
  }

private:
  static typename handle::behavior_type behavior(typename handle::template stateful_pointer<shell> self,
                                                 id_type id, std::shared_ptr<Model> model, journal* to,
                                                 entity_limits limits, directory_type* home,
                                                 const std::shared_ptr<state_type>& known) {
    self->state.core = std::make_unique<entity_core<Model, typename handle::base>>(
        self, id, std::move(model), *to, limits,
        known ? std::optional<state_type>{std::move(*known)} : std::nullopt);
    self->attach_functor([home, id, who = self->id()] { home->forget(id, who); });
    return {[self](ask<Commands>& message) { self->state.core->submit(message); }...,
            [self](loaded<state_type>& message) { self->state.core->on_loaded(message); },
            [self](settled& message) { self->state.core->on_settled(message); },
            [self, home](passivate) {
              if (self->state.core->idle() && home->retire(self->state.core->id(), self->mailbox()))
                self->quit();
            }};
  }
};

} // namespace runtime
} // namespace foyer
