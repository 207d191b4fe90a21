#pragma once

#include "bench/progress.hpp"
#include "bench/remote_api.hpp"
#include "bench/request.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace foyer::bench {

// Clients and an offer that a token of staff makes for one run on somebody else's server, and puts away
// (archives) after it. What was booked on them stays in the ledger, as everything does.
class remote_house {
public:
  remote_house(const remote_api& api, std::string token, std::uint64_t seed);

  struct client {
    std::string household; // id
    caller who;            // token: of a my-space session, which may buy by the wallet
  };
  struct wishes {
    std::size_t clients = 0;
    bool credit = false; // credit_each in each wallet
    bool session = false;
  };
  // In minor units: more than any run spends.
  static constexpr std::int64_t credit_each = 1'000'000'000;

  // Throws failure, also with what the server's throttles say.
  void make_clients(const wishes& wanted, progress& show, const std::atomic<bool>& stop);
  // An offer of the point of sale with more places than any run sells; its id.
  std::string make_offer(const std::string& shop);
  // Archives all that was made, and says what could not be.
  void put_away(progress& show) noexcept;

  const std::vector<client>& clients() const noexcept { return clients_; }
  const std::string& tag() const noexcept { return tag_; } // that all of them have

private:
  void make_one(std::size_t number, const wishes& wanted);

  const remote_api& api_;
  std::string token_;
  std::uint64_t seed_;
  std::string tag_;
  std::vector<client> clients_;
  std::string offer_;
};

} // namespace foyer::bench
