#include "tests/simulation/world.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace foyer::simulation;

// The main job in every order and with every failure that a seed can think of. FOYER_SEED=n repeats one run
// of each test case, FOYER_SEEDS=n takes n of them.

namespace {

constexpr std::uint64_t seeds_default = 4'000;

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const auto* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void hold_for_all_seeds(const mix& what) {
  const auto only = number_of("FOYER_SEED", 0);
  const auto last = only != 0 ? only : number_of("FOYER_SEEDS", seeds_default);
  std::size_t acknowledged = 0;
  std::size_t runs = 0;
  for (auto seed = only != 0 ? only : 1; seed <= last; ++seed) {
    const auto result = run_world(seed, what);
    INFO("FOYER_SEED=" << seed << " after " << result.steps << " steps");
    REQUIRE(result.violated == "");
    acknowledged += result.acknowledged;
    ++runs;
  }
  // Runs in which nothing works would prove nothing.
  if (runs > 100) CHECK(acknowledged > 6 * runs);
}

/// The same with a bug planted: some seed has to see it.
void notice(const mix& what, const planted_bugs& bugs) {
  std::uint64_t seed = 1;
  while (seed <= seeds_default && run_world(seed, what, bugs).violated.empty()) ++seed;
  INFO("nobody noticed");
  CHECK(seed <= seeds_default);
}

mix about_wallets() {
  mix out;
  out.wallet_orders = 8;
  out.records = 6;
  out.strangers = true;
  return out;
}

mix about_places() {
  mix out;
  out.transfer_orders = 6;
  out.wallet_orders = 2;
  out.offer_changes = 2;
  out.records = 4;
  return out;
}

mix about_holds() {
  mix out;
  out.split_orders = 8;
  out.records = 5;
  out.payments = 5;
  return out;
}

mix about_keys() {
  mix out;
  out.records = 8;
  out.wallet_orders = 6;
  return out;
}

mix about_expiry() {
  mix out;
  out.split_orders = 4;
  out.transfer_orders = 4;
  out.payments = 6;
  out.expiries = 8;
  out.records = 4;
  return out;
}

} // namespace

TEST_CASE("W3 a buyer never goes below zero, whatever fails") {
  hold_for_all_seeds(about_wallets());
}
TEST_CASE("O3 places are never sold twice and paid orders have their tickets, whatever fails") {
  hold_for_all_seeds(about_places());
}
TEST_CASE("O3 two processes on one database sell no place twice") {
  auto beside_others = about_places();
  beside_others.strangers = true;
  hold_for_all_seeds(beside_others);
}
TEST_CASE("W4 what is held is paid or given back, whatever fails") {
  hold_for_all_seeds(about_holds());
}
TEST_CASE("W5 one key moves money once, whatever fails") {
  hold_for_all_seeds(about_keys());
}
TEST_CASE("O4 an order is paid or expires, never both, whatever fails") {
  hold_for_all_seeds(about_expiry());
}

TEST_CASE("simulation: the same seed repeats the same run") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto one = run_world(seed, about_wallets());
    const auto other = run_world(seed, about_wallets());
    INFO("FOYER_SEED=" << seed);
    CHECK(one.trace == other.trace);
    CHECK(one.steps == other.steps);
  }
}

TEST_CASE("simulation: every planted bug is noticed") {
  SECTION("W3 the version of a wallet is ignored") {
    notice(about_wallets(), {.wallet_version_ignored = true});
  }
  SECTION("O4 the version of an order is ignored") {
    notice(about_expiry(), {.order_version_ignored = true});
  }
  SECTION("O3 held places are forgotten at a load") {
    notice(about_places(), {.held_forgotten = true});
  }
  SECTION("O3 held places are forgotten and the database lets it pass") {
    notice(about_places(), {.capacity_ignored = true, .held_forgotten = true});
  }
  SECTION("O3 sold places are told as given back") {
    notice(about_places(), {.settled_as_released = true});
  }
  SECTION("W5 keys are not unique") {
    notice(about_keys(), {.keys_ignored = true});
  }
  SECTION("W4 commits land by halves") {
    notice(about_holds(), {.commits_torn = true});
  }
  SECTION("O3 commits are told as done and are not") {
    notice(about_keys(), {.commits_dropped = true});
  }
}
