#pragma once

#include "actors/offer/offers.hpp"

#include <utility>
#include <vector>

namespace foyer::checkout {

/// The places that one checkout has reserved. What is not settled when it dies is given back, whatever went
/// wrong.
class places {
public:
  explicit places(offer::registry& offers) : offers_(offers) {}
  places(const places&) = delete;
  places& operator=(const places&) = delete;
  ~places() { settle(offer::fate::released); }

  void add(const offer_id& which, std::int64_t quantity, std::int64_t loads) {
    taken_.push_back({which, quantity, loads});
  }

  void settle(offer::fate became) {
    for (const auto& each : std::exchange(taken_, {}))
      offers_.tell(each.which, ask<offer::settle>{{each.quantity, each.loads, became}, {}});
  }

private:
  struct taken {
    offer_id which;
    std::int64_t quantity;
    std::int64_t loads;
  };
  offer::registry& offers_;
  std::vector<taken> taken_;
};

} // namespace foyer::checkout
