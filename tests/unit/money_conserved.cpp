#include "actors/checkout/pricing.hpp"
#include "actors/vocabulary/money.hpp"
#include "actors/wallet/wallet.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdlib>
#include <random>

using namespace foyer;
using organisation::payment_method;

// Whatever sums come, no cent appears or gets lost. FOYER_SEED=n repeats a run with other sums.

namespace {

__extension__ using wide = __int128;

class dice {
public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool one_in(std::int64_t times) { return between(1, times) == 1; }
  /// Sums as they occur: mostly small ones, at times the largest.
  amount sum() {
    switch (between(0, 9)) {
    case 0: return 0;
    case 1: return between(largest_amount - 100, largest_amount);
    case 2: return between(1, 3);
    case 3: return between(1, largest_amount);
    default: return between(1, 100'000);
    }
  }

private:
  std::mt19937_64 engine_;
};

std::uint64_t seed_of_run() {
  const auto* text = std::getenv("FOYER_SEED");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

constexpr int cases = 1'000'000;
const currency euro;
const std::vector<payment_method> methods{payment_method::wallet, payment_method::bank_transfer,
                                          payment_method::cash};

std::vector<checkout::wanted_payment> wishes(dice& chance, amount total) {
  std::vector<checkout::wanted_payment> out;
  for (auto count = chance.between(0, 4); count > 0; --count) {
    checkout::wanted_payment each;
    each.method = methods[static_cast<std::size_t>(chance.between(0, 2))];
    if (chance.one_in(2))
      each.sum = money{chance.one_in(4) ? chance.sum() : chance.between(0, std::max<amount>(1, total)), euro};
    out.push_back(each);
  }
  return out;
}

/// Why these parts are no payment of the total; empty when they are.
std::string wrong_with(const std::vector<checkout::split_payment>& parts, amount total, amount available,
                       bool negative) {
  wide paid = 0;
  int wallets = 0;
  for (const auto& each : parts) {
    if (each.sum <= 0) return "a part of nothing";
    paid += each.sum;
    if (each.method != payment_method::wallet) continue;
    ++wallets;
    if (!negative && each.sum > available) return "more than is available";
  }
  if (wallets > 1) return "the wallet pays twice";
  return paid == total ? "" : "the parts are not the total";
}

} // namespace

TEST_CASE("W4 a million splits: the parts of a payment are its total, to the cent") {
  dice chance{seed_of_run()};
  int accepted = 0;
  for (int i = 0; i < cases; ++i) {
    const auto total = chance.sum();
    const auto available = chance.one_in(5) ? -chance.sum() : chance.sum();
    const bool negative = chance.one_in(6);
    const auto wished = wishes(chance, total);
    const auto parts = checkout::split(total, wished, available, methods, euro, negative);
    if (!parts) continue;
    ++accepted;
    if (const auto what = wrong_with(*parts, total, available, negative); !what.empty())
      FAIL(what << ": case " << i << " of FOYER_SEED=" << seed_of_run() << ", total " << total);
  }
  CHECK(accepted > cases / 10);
}

TEST_CASE("O1 a million prices: tax and net are the price, and the tax is the nearest cent") {
  dice chance{seed_of_run()};
  constexpr std::array rates{0, 210, 550, 600, 1'000, 2'000, 2'100, 2'500, 10'000};
  for (int i = 0; i < cases; ++i) {
    const auto gross = chance.sum();
    const auto points = rates[static_cast<std::size_t>(chance.between(0, std::ssize(rates) - 1))];
    const auto tax = vat_included(gross, points);
    // Twice the distance to the exact tax, gross * points / (10000 + points), in parts of the denominator.
    const auto distance =
        2 * (static_cast<wide>(tax) * (10'000 + points) - static_cast<wide>(gross) * points);
    const bool nearest = distance > -(10'000 + points) && distance <= 10'000 + points;
    if (tax < 0 || tax > gross || !nearest || (gross - tax) + tax != gross)
      FAIL("tax " << tax << " in " << gross << " at " << points << ", FOYER_SEED=" << seed_of_run());
  }
}

TEST_CASE("O1 a million orders: the total is the sum of the lines, or there is none") {
  dice chance{seed_of_run()};
  std::vector<order::line> lines;
  for (int i = 0; i < cases; ++i) {
    lines.resize(static_cast<std::size_t>(chance.between(1, 4)));
    wide exact = 0;
    for (auto& each : lines) {
      each.unit_price = chance.sum();
      each.quantity = static_cast<std::int32_t>(chance.between(1, 500));
      exact += static_cast<wide>(each.unit_price) * each.quantity;
    }
    const auto total = checkout::total_of(lines);
    if (total ? *total != exact : exact <= largest_amount)
      FAIL("case " << i << " of FOYER_SEED=" << seed_of_run());
  }
}

namespace {

/// A wallet, and what it should have by simple addition.
struct purse {
  wallet::state now;
  wide balance = 0;
  wide held = 0;
  std::vector<amount> holds;

  template <class Command>
  bool take(Command command) {
    command.id = entry_id{};
    auto step = wallet::decide(now, std::move(command));
    if (!step) return false;
    now = std::move(step->next);
    return true;
  }
};

void act(purse& of, dice& chance) {
  const auto sum = chance.sum();
  const auto by = chance.one_in(3) ? wallet::actor_kind::staff : wallet::actor_kind::buyer;
  switch (chance.between(0, 4)) {
  case 0: {
    wallet::pay pay;
    pay.sum = sum;
    if (by == wallet::actor_kind::staff) pay.staff_floor = -5'000;
    if (of.take(std::move(pay))) of.balance -= sum;
    return;
  }
  case 1: {
    wallet::hold hold;
    hold.sum = sum;
    if (!of.take(std::move(hold))) return;
    of.held += sum;
    of.holds.push_back(sum);
    return;
  }
  case 2: {
    if (of.holds.empty()) return;
    wallet::settle_hold settle;
    settle.sum = of.holds.back();
    settle.capture = chance.one_in(2);
    settle.refund = chance.one_in(3) ? sum : 0;
    const auto moved = (settle.capture ? -settle.sum : 0) + settle.refund;
    auto step = wallet::decide(of.now, settle);
    if (!step) return;
    of.now = std::move(step->next);
    of.held -= settle.sum;
    of.balance += moved;
    of.holds.pop_back();
    return;
  }
  default: {
    wallet::record entry;
    entry.change = chance.one_in(3) ? -sum : sum;
    entry.kind = entry.change < 0 ? wallet::entry_kind::adjustment : wallet::entry_kind::top_up;
    if (by == wallet::actor_kind::staff) entry.staff_floor = -5'000;
    const auto change = entry.change;
    if (of.take(std::move(entry))) of.balance += change;
  }
  }
}

} // namespace

TEST_CASE("W1 a million commands: a wallet has what went in, less what went out, and holds what is held") {
  dice chance{seed_of_run()};
  purse one;
  for (int i = 0; i < cases; ++i) {
    if (i % 200 == 0) one = {};
    act(one, chance);
    if (one.now.balance != one.balance || one.now.held != one.held || one.now.held < 0 ||
        one.now.available() < -5'000)
      FAIL("case " << i << " of FOYER_SEED=" << seed_of_run());
  }
}
