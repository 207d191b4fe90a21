#pragma once

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/local_actor.hpp>
#include <caf/send.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace foyer::runtime {

/// Told to an entity that nobody has asked for a while: it leaves memory if nothing is under way
/// (ARCHITECTURE, "Directory").
struct passivate {};

/// Finds or starts the actor of an id, and lets idle ones go. Nobody else keeps the handles. Any thread.
template <class Id, class Handle, class State>
class directory {
public:
  /// With its state, or without: then the actor reads it at its first message.
  using factory = std::function<Handle(const Id&, std::shared_ptr<State>)>;
  using steady = std::chrono::steady_clock;

  explicit directory(factory start) : start_(std::move(start)) {}

  /// Enqueues a message to the id's actor, started if need be. Enqueueing under the shard's lock is what
  /// makes `retire` exact: no message can slip in between the look into the mailbox and the removal.
  template <class Message>
  void tell(const Id& id, Message message) {
    auto& here = shard_of(id);
    const std::lock_guard lock{here.mutex};
    if (closed_) return; // the message dies here, and its reply says unavailable
    auto found = here.slots.find(id);
    if (found == here.slots.end()) {
      found = here.slots.emplace(id, slot{start_(id, nullptr), {}}).first;
      live_.fetch_add(1, std::memory_order_relaxed);
    }
    found->second.last_used = now_.load(std::memory_order_relaxed);
    caf::anon_send(found->second.handle, std::move(message));
  }

  /// The same for an id whose actor is in memory; else nothing.
  template <class Message>
  void tell_if_live(const Id& id, Message message) {
    auto& here = shard_of(id);
    const std::lock_guard lock{here.mutex};
    departures_.fetch_add(1, std::memory_order_release);
    const auto found = here.slots.find(id);
    if (found != here.slots.end()) caf::anon_send(found->second.handle, std::move(message));
  }

  /// Counts whatever may have changed an entity that has no actor now: actors that left, and rows that were
  /// written past them. To be asked before states are read that `start_with` is to take.
  [[nodiscard]] std::uint64_t departures() const noexcept {
    return departures_.load(std::memory_order_acquire);
  }

  /// Starts the id's actor with a state that was read since `departures()` was `since`. False, and nothing
  /// done, when that state might be old: the actor is there already, or one left meanwhile. Whoever changes
  /// an entity is its actor, and whoever writes past the actors tells them afterwards: so what was read while
  /// there was none, none left and nothing was told is what the actor itself would read now.
  bool start_with(const Id& id, std::uint64_t since, State state) {
    auto& here = shard_of(id);
    const std::lock_guard lock{here.mutex};
    if (closed_ || departures() != since || here.slots.contains(id)) return false;
    auto made = start_(id, std::make_shared<State>(std::move(state)));
    here.slots.emplace(id, slot{std::move(made), now_.load(std::memory_order_relaxed)});
    live_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }

  /// Called by an idle actor from within its handler of `passivate`: true when nothing waits for it, in which
  /// case it is forgotten and must quit at once.
  template <class Mailbox>
  bool retire(const Id& id, const Mailbox& mailbox) {
    auto& here = shard_of(id);
    const std::lock_guard lock{here.mutex};
    if (!mailbox.empty()) return false;
    departures_.fetch_add(1, std::memory_order_release);
    if (here.slots.erase(id) > 0) live_.fetch_sub(1, std::memory_order_relaxed);
    return true;
  }

  /// Called when an actor ended by an exception: the next message starts a new one, which loads the last
  /// durable state.
  void forget(const Id& id, caf::actor_id who) {
    auto& here = shard_of(id);
    const std::lock_guard lock{here.mutex};
    const auto found = here.slots.find(id);
    if (found == here.slots.end() || found->second.handle.id() != who) return;
    departures_.fetch_add(1, std::memory_order_release);
    here.slots.erase(found);
    live_.fetch_sub(1, std::memory_order_relaxed);
  }

  /// Tells everyone who was idle for `idle_after` to leave; above `live_limit` idle ones go after a tenth of
  /// that. Also moves the clock that `last_used` is taken from: call it about once a second.
  void sweep(std::chrono::seconds idle_after, std::size_t live_limit) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(steady::now().time_since_epoch());
    now_.store(now, std::memory_order_relaxed);
    const auto patience = live() > live_limit ? idle_after / 10 : idle_after;
    for (auto& here : shards_) {
      const std::lock_guard lock{here.mutex};
      for (auto& [id, entry] : here.slots)
        if (now - entry.last_used > patience) caf::anon_send(entry.handle, passivate{});
    }
  }

  /// Starts nothing any more and ends all actors; messages to come are answered `unavailable`.
  void close() {
    closed_ = true;
    for (auto& here : shards_) {
      std::unordered_map<Id, slot> ending;
      {
        const std::lock_guard lock{here.mutex};
        ending.swap(here.slots);
      }
      for (auto& [id, entry] : ending) caf::anon_send_exit(entry.handle, caf::exit_reason::user_shutdown);
    }
  }

  [[nodiscard]] std::size_t live() const noexcept { return live_.load(std::memory_order_relaxed); }

private:
  struct slot {
    Handle handle;
    std::chrono::seconds last_used{};
  };
  struct shard {
    std::mutex mutex;
    std::unordered_map<Id, slot> slots;
  };

  static constexpr std::size_t shard_count = 16;

  shard& shard_of(const Id& id) { return shards_[std::hash<Id>{}(id) % shard_count]; }

  factory start_;
  std::array<shard, shard_count> shards_;
  std::atomic<std::size_t> live_{0};
  std::atomic<std::uint64_t> departures_{0};
  std::atomic<std::chrono::seconds> now_{
      std::chrono::duration_cast<std::chrono::seconds>(steady::now().time_since_epoch())};
  std::atomic<bool> closed_{false};
};

} // namespace foyer::runtime
