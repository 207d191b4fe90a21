#include "actors/runtime/scheduler.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/detail/thread_safe_actor_clock.hpp>
#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <thread>

namespace foyer::runtime {
namespace {

// How many messages an actor may handle before others get their turn.
constexpr std::size_t messages_per_turn = 64;

class io_scheduler final : public caf::scheduler::abstract_coordinator {
public:
  io_scheduler(caf::actor_system& system, boost::asio::io_context& io)
      : abstract_coordinator(system), io_(io), unit_(*this) {}

  void enqueue(caf::resumable* what) override {
    if (stopped_) return cleanup_and_release(what);
    boost::asio::post(io_, job{*this, what});
  }

  caf::actor_clock& clock() noexcept override { return clock_; }

protected:
  void start() override {
    timer_ = std::thread{[this] { clock_.run_dispatch_loop(); }};
    abstract_coordinator::start();
  }

  void stop() override {
    stop_actors();
    clock_.cancel_dispatch_loop();
    timer_.join();
    // Actors that were told to end still wait in the queue; they must be gone before the system is. Nobody
    // else runs the io_context any more.
    io_.restart();
    while (io_.poll() > 0) {
    }
    stopped_ = true;
  }

private:
  // What actors see as the worker that runs them. It has no state of its own, so all threads may share it.
  class unit final : public caf::execution_unit {
  public:
    explicit unit(io_scheduler& owner) : execution_unit(&owner.system()), owner_(owner) {}
    void exec_later(caf::resumable* what) override { owner_.enqueue(what); }

  private:
    io_scheduler& owner_;
  };

  // One turn of one actor. Owns the reference that the queue holds, so that a queue thrown away releases it.
  class job {
  public:
    job(io_scheduler& owner, caf::resumable* what) : owner_(&owner), what_(what) {}
    job(job&& other) noexcept : owner_(other.owner_), what_(std::exchange(other.what_, nullptr)) {}
    job& operator=(job&&) = delete;
    job(const job&) = delete;
    ~job() {
      if (what_ != nullptr) cleanup_and_release(what_);
    }

    void operator()() {
      auto* what = std::exchange(what_, nullptr);
      switch (what->resume(&owner_->unit_, messages_per_turn)) {
      case caf::resumable::resume_later: owner_->enqueue(what); break;
      case caf::resumable::done:
      case caf::resumable::awaiting_message:
      case caf::resumable::shutdown_execution_unit: caf::intrusive_ptr_release(what); break;
      }
    }

  private:
    io_scheduler* owner_;
    caf::resumable* what_;
  };

  boost::asio::io_context& io_;
  unit unit_;
  caf::detail::thread_safe_actor_clock clock_;
  std::thread timer_;
  bool stopped_ = false;
};

} // namespace

void run_actors_on(caf::actor_system_config& config, boost::asio::io_context& io) {
  config.module_factories.emplace_back([&io](caf::actor_system& system) -> caf::actor_system::module* {
    return new io_scheduler(system, io);
  });
}

} // namespace foyer::runtime
