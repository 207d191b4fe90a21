#include "actors/wallet/wallet.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace foyer;
using namespace foyer::wallet;

namespace {

template <class Id>
Id numbered(std::uint8_t number) {
  Id out;
  out.value.bytes[15] = number;
  return out;
}

const origin a_buyer{actor_kind::buyer, {}, time_point{std::chrono::microseconds{1}}};
const origin some_staff{actor_kind::staff, {}, time_point{std::chrono::microseconds{2}}};

state purse_of(amount balance, amount held = 0) {
  state out;
  out.household = numbered<household_id>(1);
  out.version = 5;
  out.balance = balance;
  out.held = held;
  out.entries_count = 3;
  return out;
}

pay a_payment(amount sum) {
  pay out;
  out.organisation = numbered<organisation_id>(1);
  out.sum = sum;
  out.order = numbered<order_id>(1);
  out.order_number = "ORD-1";
  out.by = a_buyer;
  out.id = numbered<entry_id>(9);
  return out;
}

record an_entry(entry_kind kind, amount change, std::optional<amount> floor = {}) {
  record out;
  out.organisation = numbered<organisation_id>(1);
  out.kind = kind;
  out.change = change;
  out.counter_account = "cash";
  out.staff_floor = floor;
  out.by = some_staff;
  out.id = numbered<entry_id>(8);
  return out;
}

settle_hold a_settlement(amount sum, bool capture) {
  settle_hold out;
  out.organisation = numbered<organisation_id>(1);
  out.sum = sum;
  out.order = numbered<order_id>(1);
  out.capture = capture;
  out.by = some_staff;
  out.release_id = numbered<entry_id>(6);
  out.purchase_id = numbered<entry_id>(7);
  return out;
}

template <class Decided>
errc why_not(const Decided& of) {
  REQUIRE_FALSE(of.ok());
  return of.error().code;
}

} // namespace

TEST_CASE("W4 the rest of an order is taken with what is held of it, as one purchase") {
  state now;
  now.balance = 1000;
  now.held = 500; // 300 of them of this order
  auto both = a_settlement(300, true);
  both.more = 500;
  const auto taken = decide(now, both);
  REQUIRE(taken.ok());
  CHECK(taken->next.balance == 200);
  CHECK(taken->next.held == 200);
  REQUIRE(taken->rows.entries.size() == 2);
  CHECK(taken->rows.entries[0].kind == static_cast<int>(entry_kind::release));
  CHECK(taken->rows.entries[1].kind == static_cast<int>(entry_kind::purchase));
  CHECK(taken->rows.entries[1].change == -800);
  // Nothing was held of it.
  auto alone = a_settlement(0, true);
  alone.more = 500;
  const auto bought = decide(now, alone);
  REQUIRE(bought.ok());
  CHECK(bought->rows.entries.size() == 1);
  CHECK(bought->next.available() == 0);
}

TEST_CASE("W3 the rest of an order takes nothing that is held for another one") {
  state now;
  now.balance = 1000;
  now.held = 500;
  auto command = a_settlement(300, true);
  command.more = 501;
  CHECK(why_not(decide(now, command)) == errc::insufficient_funds);
  command.more = -1;
  CHECK(why_not(decide(now, command)) == errc::conflict);
  command.more = largest_amount + 1;
  CHECK(why_not(decide(now, command)) == errc::conflict);
  auto freed = a_settlement(300, false);
  freed.more = 100;
  CHECK(why_not(decide(now, freed)) == errc::conflict);
}

TEST_CASE("W1 an entry has who, why, when, its order, the balance after and the counter-account") {
  const auto before = purse_of(1'000);
  const auto made = decide(before, a_payment(400));
  REQUIRE(made);
  CHECK(made->next.balance == 600);
  CHECK(made->next.entries_count == 4);
  REQUIRE(made->rows.entries.size() == 1);
  const auto& row = made->rows.entries[0];
  CHECK(row.seq == 4);
  CHECK(row.kind == static_cast<int>(entry_kind::purchase));
  CHECK(row.change == -400);
  CHECK(row.balance_after == 600);
  CHECK(row.counter_account == "sales");
  CHECK(row.order == numbered<order_id>(1));
  CHECK(row.order_number == "ORD-1");
  CHECK(row.by_kind == 1);
  CHECK(row.at == a_buyer.at);
  REQUIRE(made->rows.wallets.size() == 1);
  const auto& wallet = made->rows.wallets[0];
  CHECK(wallet.expected_version == before.version);
  CHECK(wallet.version == made->next.version);
  CHECK(wallet.version != before.version);
  CHECK(wallet.balance == 600);
  CHECK(wallet.head == row.hash);
}

TEST_CASE("W1 hold and release change what is held and add nothing to the balance") {
  hold aside{numbered<organisation_id>(1), 300, numbered<order_id>(1), "ORD-1", a_buyer,
             numbered<entry_id>(5),        {}};
  const auto held = decide(purse_of(1'000), aside);
  REQUIRE(held);
  CHECK(held->next.balance == 1'000);
  CHECK(held->next.held == 300);
  CHECK(held->rows.entries[0].change == 0);
  CHECK(held->rows.entries[0].held_after == 300);
  const auto freed = decide(held->next, a_settlement(300, false));
  REQUIRE(freed);
  CHECK(freed->next.balance == 1'000);
  CHECK(freed->next.held == 0);
  CHECK(freed->rows.entries[0].change == 0);
}

TEST_CASE("W2 each hash covers the one before and every field of its own") {
  const auto whose = numbered<household_id>(1);
  const sha256_hash former{1};
  entry of;
  of.seq = 7;
  of.change = 100;
  of.counter_account = "ab";
  of.reason = "c";
  const auto whole = chain(former, whose, of);
  CHECK(whole == chain(former, whose, of));
  CHECK(whole != chain(sha256_hash{2}, whose, of));
  CHECK(whole != chain(former, numbered<household_id>(2), of));
  const auto differs = [&](auto change) {
    auto other = of;
    change(other);
    CHECK(whole != chain(former, whose, other));
  };
  differs([](entry& e) { e.seq = 8; });
  differs([](entry& e) { e.id = numbered<entry_id>(1); });
  differs([](entry& e) { e.kind = entry_kind::refund; });
  differs([](entry& e) { e.change = 101; });
  differs([](entry& e) { e.balance_after = 1; });
  differs([](entry& e) { e.held_after = 1; });
  differs([](entry& e) { e.order = numbered<order_id>(1); });
  differs([](entry& e) { e.order_number = "ORD-1"; });
  differs([](entry& e) { e.by.kind = actor_kind::staff; });
  differs([](entry& e) { e.by.account = numbered<account_id>(1); });
  differs([](entry& e) { e.by.at += std::chrono::microseconds{1}; });
  // Where one text ends and the next begins counts too.
  differs([](entry& e) {
    e.counter_account = "a";
    e.reason = "bc";
  });
}

TEST_CASE("W2 equal counts of changes do not make equal versions") {
  const auto now = purse_of(1'000);
  const auto one = decide(now, a_payment(100));
  const auto other = decide(now, a_payment(200));
  REQUIRE(one);
  REQUIRE(other);
  CHECK(one->next.version > 0);
  CHECK(one->next.version != other->next.version);
  CHECK(one->next.version == decide(now, a_payment(100))->next.version);
}

TEST_CASE("W3 a buyer spends what is available and not a cent more") {
  struct {
    amount balance, held, sum;
    std::optional<errc> why;
  } const table[] = {
      {1'000, 0, 1'000, {}},
      {1'000, 0, 1'001, errc::insufficient_funds},
      {1'000, 400, 600, {}},
      {1'000, 400, 601, errc::insufficient_funds},
      {0, 0, 1, errc::insufficient_funds},
      {-50, 0, 1, errc::insufficient_funds},
      {1'000, 0, 0, errc::amount_out_of_range},
      {1'000, 0, -1, errc::amount_out_of_range},
      {1'000, 0, largest_amount + 1, errc::amount_out_of_range},
      {1'000, 0, std::numeric_limits<amount>::max(), errc::amount_out_of_range},
      {1'000, 0, std::numeric_limits<amount>::min(), errc::amount_out_of_range},
  };
  for (const auto& each : table) {
    INFO(each.balance << " less " << each.held << ", " << each.sum);
    const auto made = decide(purse_of(each.balance, each.held), a_payment(each.sum));
    hold aside{numbered<organisation_id>(1), each.sum, numbered<order_id>(1), {}, a_buyer, {}, {}};
    const auto held = decide(purse_of(each.balance, each.held), aside);
    CHECK(made.ok() == !each.why.has_value());
    CHECK(held.ok() == !each.why.has_value());
    if (each.why) CHECK(why_not(made) == *each.why);
    if (each.why) CHECK(why_not(held) == *each.why);
    // The database's limit stays where it was: it would refuse what this rule let through by mistake.
    if (made) CHECK(made->rows.wallets[0].lowest == 0);
  }
}

TEST_CASE("W3 staff go down to the deeper of the two floors, and hear what room is left") {
  struct {
    amount balance;
    std::optional<amount> household_floor, staff_floor;
    amount change;
    std::optional<amount> room; // set: refused
  } const table[] = {
      {100, {}, -500, -600, {}},   {100, {}, -500, -601, 600},
      {100, -800, -500, -900, {}}, {100, -800, -500, -901, 900},
      {100, -800, 0, -900, {}},    {100, -800, {}, -101, 100}, // who did not ask to go below zero does not
      {-700, {}, -500, -1, 0},                                 // below already: no room, no negative room
      {-700, {}, -500, 10, {}},                                // giving is always possible
  };
  for (const auto& each : table) {
    INFO(each.balance << " " << each.change);
    auto now = purse_of(each.balance);
    now.floor = each.household_floor;
    now.lowest = std::min<amount>(each.balance, 0);
    const auto kind = each.change > 0 ? entry_kind::top_up : entry_kind::adjustment;
    const auto made = decide(now, an_entry(kind, each.change, each.staff_floor));
    CHECK(made.ok() == !each.room.has_value());
    if (each.room) {
      CHECK(why_not(made) == errc::floor_exceeded);
      CHECK(made.error().room == each.room);
    } else {
      CHECK(made->next.balance == each.balance + each.change);
      const auto& row = made->rows.wallets[0];
      CHECK(row.balance - row.held >= row.lowest); // or the database would refuse it
    }
  }
}

TEST_CASE("W3 a floor is zero or below") {
  const auto set = [](std::optional<amount> floor) {
    return decide(purse_of(0), set_floor{numbered<organisation_id>(1), floor, {}});
  };
  CHECK(set(-1'000)->next.floor == -1'000);
  CHECK(set(0).ok());
  CHECK(set(std::nullopt).ok());
  CHECK(why_not(set(1)) == errc::amount_out_of_range);
  CHECK(why_not(set(-largest_amount - 1)) == errc::amount_out_of_range);
}

TEST_CASE("W1 only adjustments take away, and none is empty or overflows") {
  CHECK(why_not(decide(purse_of(0), an_entry(entry_kind::top_up, 0))) == errc::amount_out_of_range);
  CHECK(why_not(decide(purse_of(100), an_entry(entry_kind::top_up, -1))) == errc::amount_out_of_range);
  CHECK(why_not(decide(purse_of(100), an_entry(entry_kind::refund, -1))) == errc::amount_out_of_range);
  CHECK(decide(purse_of(100), an_entry(entry_kind::adjustment, -1)).ok());
  const auto full = purse_of(std::numeric_limits<amount>::max() - 5);
  CHECK(why_not(decide(full, an_entry(entry_kind::top_up, 6))) == errc::amount_out_of_range);
}

TEST_CASE("W4 held money is taken as the payment, by release and purchase in one commit") {
  const auto now = purse_of(1'000, 300);
  const auto taken = decide(now, a_settlement(300, true));
  REQUIRE(taken);
  CHECK(taken->next.balance == 700);
  CHECK(taken->next.held == 0);
  CHECK(taken->next.available() == now.available());
  REQUIRE(taken->rows.entries.size() == 2);
  CHECK(taken->rows.entries[0].kind == static_cast<int>(entry_kind::release));
  CHECK(taken->rows.entries[1].kind == static_cast<int>(entry_kind::purchase));
  CHECK(taken->rows.entries[1].seq == taken->rows.entries[0].seq + 1);
  CHECK(taken->rows.wallets.size() == 1);
  // Who asks has read of more than there is here: it is to be read again.
  CHECK(why_not(decide(now, a_settlement(301, true))) == errc::version_conflict);
  CHECK(why_not(decide(now, a_settlement(0, false))) == errc::conflict);
}

TEST_CASE("W4 held money is taken even where staff took the rest below zero meanwhile") {
  auto now = purse_of(250, 300);
  now.lowest = -500;
  const auto taken = decide(now, a_settlement(300, true));
  REQUIRE(taken);
  CHECK(taken->next.available() == -50);
}

TEST_CASE("W5 the answer of the entry is stored in the entry's own commit") {
  auto command = an_entry(entry_kind::top_up, 500);
  command.idempotency = idempotency_row{};
  command.idempotency->id.bytes[0] = 7;
  command.render = [](const entry& of) { return "balance " + std::to_string(of.balance_after); };
  const auto made = decide(purse_of(100), std::move(command));
  REQUIRE(made);
  REQUIRE(made->rows.idempotency.size() == 1);
  CHECK(made->rows.idempotency[0].id.bytes[0] == 7);
  CHECK(made->rows.idempotency[0].answer == "balance 600");
}

TEST_CASE("W3 what completes a held order takes no wallet lower, and no floor refuses it") {
  const auto purse = purse_of(-2'000, 3'000); // staff may have gone so far once
  auto command = a_settlement(3'000, true);
  command.by = some_staff;
  const auto decided = decide(purse, command);
  REQUIRE(decided);
  CHECK(decided->next.available() == purse.available());
  CHECK(decided->next.held == 0);
  // More than was put aside does take it lower.
  command.more = 1;
  CHECK(decide(purse, command).error().code == errc::insufficient_funds);
}
