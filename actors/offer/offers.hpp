#pragma once

#include "actors/journal.hpp"
#include "actors/offer/offer.hpp"
#include "actors/reply.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace caf {
class actor_system;
}

namespace foyer::offer {

/// Reads offers. Implemented in storage/. A missing offer is the blank state (version 0) with its id set.
class loader {
public:
  virtual ~loader() = default;
  virtual void load_offer(const offer_id& of, std::function<void(outcome<state>)> done) = 0;
  /// Of one organisation, in order of creation; `shop` empty: of all points of sale, archived ones too.
  virtual void list_offers(const organisation_id& of, std::string shop,
                           std::function<void(outcome<std::vector<offer_id>>)> done) = 0;
};

/// The offer actors. Any thread.
class registry {
public:
  virtual ~registry() = default;
  virtual void tell(const offer_id& which, ask<reserve> command) = 0;
  virtual void tell(const offer_id& which, ask<settle> command) = 0;
  virtual void tell(const offer_id& which, ask<settle_held> command) = 0;
  virtual void tell(const offer_id& which, ask<give_back> command) = 0;
  virtual void tell(const offer_id& which, ask<create> command) = 0;
  virtual void tell(const offer_id& which, ask<change> command) = 0;
  virtual void tell(const offer_id& which, ask<get_view> command) = 0;

  virtual void sweep(std::chrono::seconds idle_after, std::size_t live_limit) = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual std::size_t live() const = 0;
};

std::unique_ptr<registry> create_registry(caf::actor_system& system, loader& from, journal& to,
                                          std::size_t waiting_max = 10'000);

} // namespace foyer::offer
