#include "actors/mailer/pool.hpp"

#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <future>
#include <random>
#include <string>

namespace foyer::mailer::messages {

struct exchange_request {
  std::vector<settlement> settlements;
  int claim_max = 0;
  milliseconds lease{0};
};
struct exchange_answer {
  std::optional<outbox::exchanged> result;
};
struct job {
  queued_mail mail;
};
struct job_answer {
  delivery result;
};
struct wake {};
struct tick {
  std::uint64_t epoch = 0;
};
struct stop {};

} // namespace foyer::mailer::messages

// They never leave the process.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(foyer::mailer::messages::exchange_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(foyer::mailer::messages::exchange_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(foyer::mailer::messages::job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(foyer::mailer::messages::job_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(foyer::mailer::messages::wake)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(foyer::mailer::messages::tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(foyer::mailer::messages::stop)

namespace foyer::mailer {
namespace {

using namespace messages;

/// Books and claims in one transaction; blocks on the database.
using clerk_handle = caf::typed_actor<caf::replies_to<exchange_request>::with<exchange_answer>>;
/// Renders and sends one mail; blocks on SMTP.
using worker_handle = caf::typed_actor<caf::replies_to<job>::with<job_answer>>;
using dispatcher_handle = caf::typed_actor<caf::reacts_to<wake>, // a mail was committed
                                           caf::reacts_to<tick>, // the time that dispatch asked for has come
                                           caf::reacts_to<stop>>;

/// What the pool object shares with its actors.
struct shared_state {
  pool_options options;
  std::atomic<bool> wake_pending{false};
  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::uint64_t> retried{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> outbox_errors{0};
  std::atomic<int> in_hand{0};
  std::atomic<bool> transport_down{false};
  std::promise<void> ended;

  void log(std::string_view line) const {
    if (options.log) options.log(line);
  }
};
using shared = std::shared_ptr<shared_state>;

struct clerk_state {
  static inline const char* name = "mail-clerk";
  explicit clerk_state(clerk_handle::pointer) {}
  std::unique_ptr<mailer::outbox> outbox;
};

clerk_handle::behavior_type clerk(clerk_handle::stateful_pointer<clerk_state> self, outbox_factory make,
                                  shared state) {
  return {[self, make, state](const exchange_request& asked) -> exchange_answer {
    exchange_answer answer;
    try {
      if (!self->state.outbox) self->state.outbox = make();
      answer.result = self->state.outbox->exchange(asked.settlements, asked.claim_max, asked.lease);
    } catch (const std::exception& thrown) {
      state->log(std::string("outbox: ") + thrown.what());
      self->state.outbox.reset();
    }
    return answer;
  }};
}

struct worker_state {
  static inline const char* name = "mailer";
  explicit worker_state(worker_handle::pointer) {}
  std::unique_ptr<mailer::sender> sender;
};

worker_handle::behavior_type worker(worker_handle::stateful_pointer<worker_state> self, sender_factory make) {
  return {[self, make](const job& given) -> job_answer {
    try {
      if (!self->state.sender) self->state.sender = make();
      return {self->state.sender->send(given.mail)};
    } catch (const std::exception& thrown) {
      // A fresh sender for the next mail, in case this one is broken.
      self->state.sender.reset();
      return {{verdict::try_later, thrown.what()}};
    }
  }};
}

struct dispatcher_state {
  static inline const char* name = "mail-dispatcher";

  explicit dispatcher_state(dispatcher_handle::pointer) {}

  using self_pointer = dispatcher_handle::stateful_pointer<dispatcher_state>;
  using clock = std::chrono::steady_clock;

  shared state;
  std::unique_ptr<mailer::dispatch> dispatch;
  clerk_handle outbox_clerk;
  std::vector<worker_handle> workers;
  std::uint64_t epoch = 0; // of the newest tick; older ones count for nothing
  clock::time_point tick_at = clock::time_point::max();

  /// Does what the machine says until it says wait.
  void run(self_pointer self) {
    for (;;) {
      auto action = dispatch->next(clock::now());
      if (auto* mail = std::get_if<dispatch::hand_over>(&action))
        hand_over(self, std::move(*mail));
      else if (auto* asked = std::get_if<dispatch::exchange>(&action))
        exchange(self, std::move(*asked));
      else if (auto* wait = std::get_if<dispatch::wait>(&action))
        return sleep(self, wait->until);
      else
        return self->quit();
      state->in_hand = dispatch->in_hand();
    }
  }

  void hand_over(self_pointer self, dispatch::hand_over given) {
    const int number = given.worker;
    auto done = [this, self, number, id = given.mail.id](const delivery& result) {
      count(id, dispatch->finished(number, result, clock::now()), result.detail);
      state->in_hand = dispatch->in_hand();
      state->transport_down = dispatch->transport_down();
      run(self);
    };
    self->request(workers[static_cast<std::size_t>(number)], caf::infinite, job{std::move(given.mail)})
        .then([done](const job_answer& answer) { done(answer.result); },
              [done](const caf::error&) {
                done({verdict::try_later, "the mailer ended"});
              });
  }

  void exchange(self_pointer self, dispatch::exchange asked) {
    auto done = [this, self](std::optional<outbox::exchanged> result) {
      if (!result) {
        ++state->outbox_errors;
        dispatch->exchanged(std::nullopt, std::nullopt, clock::now());
      } else {
        dispatch->exchanged(std::move(result->mails), result->next_due, clock::now());
      }
      run(self);
    };
    // From here on a new mail needs a wake of its own. Not before: while the rate or the mails in hand hold
    // the pool back, telling it of every commit would only cost the serving threads switches.
    if (asked.claim_max > 0) state->wake_pending = false;
    exchange_request request{std::move(asked.settlements), asked.claim_max, state->options.dispatch.lease};
    self->request(outbox_clerk, caf::infinite, std::move(request))
        .then([done](exchange_answer& answer) { done(std::move(answer.result)); },
              [done](const caf::error&) { done(std::nullopt); });
  }

  void count(const mail_id& id, settlement::kind booked, const std::string& detail) {
    if (booked == settlement::kind::sent) {
      ++state->sent;
      return;
    }
    const bool failed = booked == settlement::kind::failed;
    ++(failed ? state->failed : state->retried);
    state->log("mail " + to_string(id) + (failed ? " failed: " : " put off: ") + detail);
  }

  /// A tick that is due earlier is kept, so that a busy pool does not heap up timers.
  void sleep(self_pointer self, clock::time_point until) {
    const auto now = clock::now();
    if (tick_at > now && tick_at <= until) return;
    tick_at = until;
    self->delayed_send(self, until - now, tick{++epoch});
  }
};

dispatcher_handle::behavior_type dispatcher(dispatcher_handle::stateful_pointer<dispatcher_state> self,
                                            shared state, clerk_handle outbox_clerk,
                                            std::vector<worker_handle> workers) {
  auto& mine = self->state;
  mine.state = state;
  mine.outbox_clerk = std::move(outbox_clerk);
  mine.workers = std::move(workers);
  mine.dispatch = std::make_unique<dispatch>(state->options.dispatch, std::random_device{}());
  self->attach_functor([state] { state->ended.set_value(); });
  return {
      [self](const wake&) {
        self->state.dispatch->woken();
        self->state.run(self);
      },
      [self](const tick& due) {
        if (due.epoch != self->state.epoch) return;
        self->state.tick_at = dispatcher_state::clock::time_point::max();
        self->state.run(self);
      },
      [self](const stop&) {
        self->state.dispatch->stop();
        self->state.run(self);
      },
  };
}

class actor_pool final : public pool {
public:
  actor_pool(caf::actor_system& system, pool_options options, outbox_factory make_outbox,
             sender_factory make_sender, cancel_flag cancel)
      : state_(std::make_shared<shared_state>()), cancel_(std::move(cancel)) {
    state_->options = std::move(options);
    ended_ = state_->ended.get_future();
    clerk_ = system.spawn<caf::detached>(clerk, std::move(make_outbox), state_);
    for (int i = 0; i < state_->options.dispatch.workers; ++i)
      workers_.push_back(system.spawn<caf::detached>(worker, make_sender));
    dispatcher_ = system.spawn<caf::detached>(dispatcher, state_, clerk_, workers_);
    wake();
  }

  ~actor_pool() override { stop(); }

  void wake() noexcept override {
    if (!state_->wake_pending.exchange(true)) caf::anon_send(dispatcher_, messages::wake{});
  }

  void stop() override {
    if (stopped_) return;
    stopped_ = true;
    caf::anon_send(dispatcher_, messages::stop{});
    if (ended_.wait_for(state_->options.stop_deadline) != std::future_status::ready) {
      if (cancel_) *cancel_ = true;
      // What was broken off is still booked, unless the database is what we wait for.
      ended_.wait_for(std::chrono::seconds{2});
    }
    caf::anon_send_exit(dispatcher_, caf::exit_reason::user_shutdown);
    for (auto& one : workers_) caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(clerk_, caf::exit_reason::user_shutdown);
  }

  pool_stats stats() const override {
    return {state_->sent,          state_->retried, state_->failed,
            state_->outbox_errors, state_->in_hand, state_->transport_down};
  }

private:
  shared state_;
  cancel_flag cancel_;
  std::future<void> ended_;
  clerk_handle clerk_;
  std::vector<worker_handle> workers_;
  dispatcher_handle dispatcher_;
  bool stopped_ = false;
};

} // namespace

std::unique_ptr<pool> create_pool(caf::actor_system& system, pool_options options, outbox_factory make_outbox,
                                  sender_factory make_sender, cancel_flag cancel) {
  return std::make_unique<actor_pool>(system, std::move(options), std::move(make_outbox),
                                      std::move(make_sender), std::move(cancel));
}

} // namespace foyer::mailer
