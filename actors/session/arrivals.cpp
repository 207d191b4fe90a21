#include "actors/session/arrivals.hpp"

#include <utility>

namespace foyer::session {

void reception::load(const sha256_hash& token_hash,
                     std::function<void(outcome<std::optional<record>>)> done) {
  const moment since{households_.reading(), wallets_.departures()};
  from_.load_arrival(token_hash,
                     [this, since, done = std::move(done)](outcome<std::shared_ptr<arrival>> read) {
                       if (!read) return done(std::move(read.error()));
                       take(since, std::exchange((*read)->clients, {}));
                       done((*read)->session);
                     });
}

void reception::take(const moment& since, std::vector<client> clients) {
  for (auto& each : clients) {
    households_.take(since.households, std::move(each.who));
    wallets_.take(since.wallets, std::move(each.purse));
  }
}

} // namespace foyer::session
