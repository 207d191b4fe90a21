#pragma once

#include "actors/checkout/checkout.hpp"
#include "actors/organisation/organisations.hpp"
#include "actors/password/hash_pool.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>

namespace foyer::demo {

/// What the demonstration is loaded through: the same actors that requests ask.
struct services {
  organisation::registry& organisations;
  checkout::services checkout; // its clock is not used: everything happens at the plan's times
  password::hash_pool& hashes;
  const clock_source& clock;
  /// Set on the strand of the load: it ends soon, with `unavailable`.
  const bool& stop;
};

struct report {
  enum class state {
    loaded,  // now, or the rest of it
    there,   // complete since an earlier start
    foreign, // an organisation `demo` that this plan did not make; left alone
  };
  state became = state::there;
  std::size_t households = 0;
  std::size_t offers = 0;
  std::size_t orders = 0; // placed by this load
};

/// Loads the organisation `demo`, or what is missing of it: what an interrupted load has written is
/// recognised by its ids and counts. Safe to repeat. Run it on a strand; it waits for the database if that is
/// not there yet. Refused: `unavailable` when the database stays away, `conflict` when an account of the
/// demonstration's addresses exists.
boost::asio::awaitable<outcome<report>> load(services& with, std::uint64_t seed);

} // namespace foyer::demo
