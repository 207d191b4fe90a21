#pragma once

#include "actors/household/households.hpp"
#include "actors/session/session.hpp"
#include "actors/wallet/wallets.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

// What comes along when a session is read for the first time. Whoever arrives is about to buy, read a balance
// or look at the household: read one after the other that would be four questions to the database, read
// together it is one.

namespace foyer::session {

/// A household of a session's owner, and its wallet.
struct client {
  household::state who;
  wallet::state purse;
};

/// A session as stored, with what its owner needs. Some of the households may be missing; then they are read
/// when somebody asks for them.
struct arrival {
  std::optional<record> session; // none: there is no such session
  std::vector<client> clients;   // as they were in the same moment
};

/// Reads arrivals. `done` from any thread; two who ask for the same may get the same one, and whoever is
/// first may take what is in it. Implemented in storage/loaders/arrivals.cpp.
class arrival_loader {
public:
  virtual ~arrival_loader() = default;
  virtual void load_arrival(const sha256_hash& token_hash,
                            std::function<void(outcome<std::shared_ptr<arrival>>)> done) = 0;
};

/// Hands to the actors what arrived, as far as it is surely what they would read themselves. Any thread.
class reception {
public:
  /// What the actors are like before something is read for them.
  struct moment {
    household::moment households;
    std::uint64_t wallets = 0;
  };

  reception(arrival_loader& from, household::registry& households, wallet::registry& wallets)
      : from_(from), households_(households), wallets_(wallets) {}

  /// Reads a session whose owner was not here for a while.
  void load(const sha256_hash& token_hash, std::function<void(outcome<std::optional<record>>)> done);

private:
  void take(const moment& since, std::vector<client> clients);

  arrival_loader& from_;
  household::registry& households_;
  wallet::registry& wallets_;
};

} // namespace foyer::session
