#pragma once

#include "actors/journal.hpp"
#include "actors/reply.hpp"
#include "actors/wallet/wallet.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace caf {
class actor_system;
}

namespace foyer::wallet {

/// Reads a wallet's state; `done` may be called from any thread. A household without entries has the blank
/// state with its ids set. Implemented in storage/.
class loader {
public:
  virtual ~loader() = default;
  virtual void load_wallet(const household_id& of, std::function<void(outcome<state>)> done) = 0;
};

/// The wallet actors, found by household. Any thread. Answers: the commands' results (wallet.hpp), and
/// `unavailable` when the state can't be read, the commit was lost, or too many commands wait.
class registry {
public:
  virtual ~registry() = default;
  virtual void tell(const household_id& whose, ask<pay> command) = 0;
  virtual void tell(const household_id& whose, ask<hold> command) = 0;
  virtual void tell(const household_id& whose, ask<settle_hold> command) = 0;
  virtual void tell(const household_id& whose, ask<record> command) = 0;
  virtual void tell(const household_id& whose, ask<set_floor> command) = 0;
  virtual void tell(const household_id& whose, ask<carry> command) = 0;
  virtual void tell(const household_id& whose, ask<transfer> command) = 0;
  virtual void tell(const household_id& whose, ask<get_view> command) = 0;

  /// Takes a state that was read with others, if its actor is not in memory and the state is surely what it
  /// would read itself; `since` is what `departures` said before it was read.
  virtual void take(std::uint64_t since, state read) = 0;
  [[nodiscard]] virtual std::uint64_t departures() const = 0;

  virtual void sweep(std::chrono::seconds idle_after, std::size_t live_limit) = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual std::size_t live() const = 0;
};

/// `from` and `to` must outlive the registry. `waiting_max`: commands that may wait at one of them; more are
/// answered `unavailable`.
std::unique_ptr<registry> create_registry(caf::actor_system& system, loader& from, journal& to,
                                          std::size_t waiting_max = 10'000);

} // namespace foyer::wallet
