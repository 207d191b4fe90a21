#include "tests/simulation/tables.hpp"

// QUALITY.md, "Correctness of money and places", over the tables in memory.

namespace foyer::simulation {
namespace {

wallet::entry entry_of(const ledger_row& row) {
  wallet::entry out;
  out.id = row.id;
  out.seq = row.seq;
  out.kind = static_cast<wallet::entry_kind>(row.kind);
  out.change = row.change;
  out.balance_after = row.balance_after;
  out.held_after = row.held_after;
  out.counter_account = row.counter_account;
  out.order = row.order;
  out.order_number = row.order_number;
  out.reason = row.reason;
  out.by = {static_cast<wallet::actor_kind>(row.by_kind), row.by, row.at};
  return out;
}

std::string of_wallet(const tables::stored_wallet& purse) {
  const auto& row = purse.row;
  amount balance = 0;
  std::int64_t seq = 0;
  sha256_hash last{};
  for (const auto& each : purse.entries) {
    balance += each.change;
    if (each.seq != ++seq) return "W2 the entries' numbers have a gap or a double";
    if (each.balance_after != balance) return "W2 an entry's balance is not the sum up to it";
    if (each.hash != wallet::chain(last, row.household, entry_of(each))) return "W2 the hash chain is broken";
    last = each.hash;
    const auto left = each.balance_after - each.held_after;
    const bool takes = each.change < 0 || each.kind == static_cast<int>(wallet::entry_kind::hold);
    if (each.by_kind == static_cast<int>(wallet::actor_kind::buyer) && takes && left < 0)
      return "W3 a buyer went below zero";
    if (takes && left < std::min<amount>(row.lowest, 0)) return "W3 staff went below the floor";
  }
  if (row.balance != balance) return "W2 the balance is not the sum of its entries";
  if (row.entries_count != seq || row.head != last) return "W2 the wallet's head is not its last entry";
  if (!purse.entries.empty() && purse.entries.back().held_after != row.held)
    return "W4 the last entry's hold is another";
  return {};
}

int purchases(const tables& all, const order::state& of, amount sum) {
  int found = 0;
  if (!of.household) return 0;
  const auto purse = all.wallets.find(*of.household);
  if (purse == all.wallets.end()) return 0;
  for (const auto& each : purse->second.entries)
    if (each.order == of.id && each.kind == static_cast<int>(wallet::entry_kind::purchase))
      found += each.change == -sum ? 1 : 100;
  return found;
}

std::string of_order(const tables& all, const order::state& of) {
  using order::payment_status;
  const bool paid = of.status == order::status::paid;
  const bool awaits = of.status == order::status::awaiting_payment;
  amount succeeded = 0;
  amount open = 0;
  for (const auto& each : of.payments) {
    if (each.status == payment_status::succeeded) succeeded += each.sum;
    if (each.status == payment_status::held || each.status == payment_status::pending) open += each.sum;
    if (each.method != organisation::payment_method::wallet) continue;
    const int expected = each.status == payment_status::succeeded ? 1 : 0;
    if (purchases(all, of, each.sum) != expected)
      return "W4 a wallet payment without exactly one purchase entry";
  }
  if (paid && succeeded != of.total) return "O4 a paid order is not paid in full, or twice";
  if (!awaits && open != 0) return "O4 an open payment of an order that awaits none";
  std::size_t places = 0;
  for (const auto& line : of.lines) places += static_cast<std::size_t>(line.quantity);
  if (of.tickets.size() != (paid ? places : 0)) return "O3 a paid order lacks tickets, or another has some";
  if (awaits && of.expires_at && !all.deadlines.contains(of.id.value))
    return "O4 an order that would never expire";
  return {};
}

} // namespace

std::string tables::violated() const {
  std::map<household_id, amount> holds;
  std::map<offer_id, std::pair<std::int64_t, std::int64_t>> places;
  for (const auto& [id, each] : orders) {
    if (auto what = of_order(*this, each); !what.empty()) return what + ", order " + each.number;
    for (const auto& payment : each.payments)
      if (payment.status == order::payment_status::held) holds[*each.household] += payment.sum;
    for (const auto& line : each.lines) {
      if (each.status == order::status::paid) places[line.offer].first += line.quantity;
      if (each.status == order::status::awaiting_payment) places[line.offer].second += line.quantity;
    }
  }
  for (const auto& [whose, purse] : wallets) {
    if (auto what = of_wallet(purse); !what.empty()) return what;
    const auto held = holds.find(whose);
    if (purse.row.held != (held == holds.end() ? 0 : held->second))
      return "W4 what is held is not the open holds";
  }
  for (const auto& [which, each] : offers) {
    const auto [sold, held] = places[which];
    if (each.sold != sold || each.held != held) return "O3 the stock is not what the orders have";
    if (each.what->capacity && sold + held > *each.what->capacity) return "O3 more places than there are";
  }
  for (const auto& [key, count] : effects_of_key)
    if (count > 1) return "W5 one key moved money twice";
  return {};
}

} // namespace foyer::simulation
