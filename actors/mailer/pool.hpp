#pragma once

#include "actors/mailer/dispatch.hpp"
#include "actors/mailer/ports.hpp"

#include <atomic>
#include <cstdint>
#include <memory>

namespace caf {
class actor_system;
}

namespace foyer::mailer {

/// Counters since the start, and two states. Any thread may read.
struct pool_stats {
  std::uint64_t sent = 0;
  std::uint64_t retried = 0;
  std::uint64_t failed = 0;
  std::uint64_t outbox_errors = 0; // exchanges that the database did not answer
  int in_hand = 0;
  bool transport_down = false;
};

/// Raised when a stop ran out of time: senders should break off what they are doing.
using cancel_flag = std::shared_ptr<std::atomic<bool>>;

/// The mailers: actors with threads of their own (one dispatcher, one at the outbox, `workers` that send), so
/// that nothing here ever blocks a thread that serves. Begins to work when made. At least once: what is in
/// hand at a crash is sent again when its lease ends, with the same Message-ID.
class pool {
public:
  /// Stops within stop_deadline if nobody called stop().
  virtual ~pool() = default;

  /// Say that a mail was committed. Any thread; cheap enough to be called for each.
  virtual void wake() noexcept = 0;
  /// Hands out nothing more, waits for what is in hand and books it; after stop_deadline breaks it off.
  /// Blocks. Call before the actor system and the database end. A second call does nothing.
  virtual void stop() = 0;
  [[nodiscard]] virtual pool_stats stats() const = 0;
};

struct pool_options {
  mailer::dispatch_options dispatch;
  milliseconds stop_deadline{10'000};
  /// Called with every failure worth a line in the log, in the thread where it happened.
  std::function<void(std::string_view)> log = {};
};

/// `cancel` is the flag that the senders watch.
std::unique_ptr<pool> create_pool(caf::actor_system&, pool_options, outbox_factory, sender_factory,
                                  cancel_flag cancel);

} // namespace foyer::mailer
