#pragma once

#include "bench/remote_api.hpp"
#include "bench/report.hpp"

#include <optional>
#include <string>
#include <vector>

namespace foyer::bench {

// Whether what somebody else's server answered is also what it has: asked over HTTP before and after a run,
// since its database can't be reached. What holds is said in the report's `checked`, what doesn't becomes a
// problem.
class remote_checks {
public:
  explicit remote_checks(const remote_api& api) : api_{api} {}

  // A wallet that the run spends from: where its balance is asked for, and by whose session.
  struct wallet_door {
    std::string target; // of the wallet; its entries are below
    std::string token;
  };
  void watch_wallets(std::vector<wallet_door> doors);
  // The offer that the run buys; only_ours: nobody else buys it.
  void watch_offer(const std::string& shop, const std::string& offer, bool only_ours);

  // Everything that is watched, as it is before the run.
  void look_before(const std::atomic<bool>& stop);
  // What is there now against what the report's requests were answered. `each` is what one took from a
  // wallet, in minor units, by requests of this kind.
  void check_money(std::string_view kind, report& to) const;
  void check_ledgers(report& to) const;
  // Accounts of the first registrations of a run whose idempotency keys began with key_high.
  void check_registrations(std::uint64_t key_high, report& to) const;

private:
  struct purse {
    std::string household;
    std::int64_t balance = 0, held = 0, entries = 0;
  };
  struct sums {
    std::int64_t balance = 0, held = 0, entries = 0;
    std::optional<std::int64_t> places_left;
  };
  purse look_at(const wallet_door& door) const;
  sums look(const std::atomic<bool>& stop) const;
  std::string fault_of(const wallet_door& door) const;

  const remote_api& api_;
  std::vector<wallet_door> doors_;
  std::string offer_target_;
  bool only_ours_ = true;
  std::int64_t price_ = 0;
  sums before_;
};

} // namespace foyer::bench
