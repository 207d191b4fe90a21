#pragma once

#include "http/account_services.hpp"
#include "http/house_services.hpp"
#include "http/router.hpp"

#include <mutex>
#include <unordered_set>

namespace foyer::http {

/// Households whose code is being checked right now. One try at a time of each, so that a thousand guesses at
/// once are no more than one after the other. Any thread.
class codes_in_check {
public:
  bool enter(const household_id& which) {
    const std::lock_guard lock{mutex_};
    return busy_.insert(which).second;
  }
  void leave(const household_id& which) {
    const std::lock_guard lock{mutex_};
    busy_.erase(which);
  }

private:
  std::mutex mutex_;
  std::unordered_set<household_id> busy_;
};

/// What the doors to my space without login ask (S6, S7).
struct space_services {
  house_services& house;
  account_services& accounts;
  foyer::journal& journal;
  const config::accounts_settings& settings;
  codes_in_check codes{};
};

/// Space sessions by unique key, or by order number and e-mail; and the link of an order's mail.
void add_space_routes(router& to, space_services& with);

} // namespace foyer::http
