#pragma once

#include "bench/load.hpp"
#include "bench/options.hpp"
#include "bench/typing.hpp"

#include <string>
#include <vector>

namespace foyer::bench {

// Where a scenario runs: a server, what is sold there, and who may buy.
struct target {
  server_address server;
  std::string organisation; // slug
  std::string shop;         // slug
  std::string offer;        // id; only for those who buy
  std::string household;    // id; whose wallet staff debit
  std::string currency = "EUR";
  std::vector<caller> callers;
  // mixed: what the callers can't do is left out.
  bool without_logins = false;
  bool without_space = false;
  // search: what is typed; empty: what is known of seeded households.
  std::vector<typed_search> searches;
};

// What read asks for, in turn.
std::vector<std::string> read_targets(const target& where);

// What `repeat` (from 0) of a scenario sends. Its idempotency keys differ from those of every other repeat,
// also of earlier calls of the program; callers come in an order that follows from the seed.
load_plan plan_of(const options& wanted, const target& where, std::size_t repeat);

// login: the readers alone, without the storm (B4).
load_plan quiet_plan_of(const options& wanted, const target& where);

// overload: the rush at its peak, and then `rate` orders a second.
// What the same callers do before: their page of the shop finds out who they are.
load_plan visit_plan_of(const options& wanted, const target& where, std::size_t repeat);
load_plan peak_plan_of(const options& wanted, const target& where, std::size_t repeat);
load_plan crowd_plan_of(const options& wanted, const target& where, std::size_t repeat, double rate);

// Whether it makes orders.
bool buys(scenario which);

// The body of a request that makes the offer which a scenario buys (API.md, "Offer and shop").
std::string offer_body(const std::string& currency, const std::string& shop);
// What it costs, in minor units.
inline constexpr std::int64_t offer_price = 2'500;
// An order of one ticket, paid by the wallet.
std::string order_body(const std::string& offer);

} // namespace foyer::bench
