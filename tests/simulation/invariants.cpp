#include "tests/simulation/tables.hpp"

// QUALITY.md, "Correctness of money and places", over the tables in memory, with its numbers. There are no
// invoices here, so that the ninth has nothing to hold.

namespace foyer::simulation {
namespace {

// A server takes so long at most to notice what is due.
constexpr std::chrono::seconds expiry_grace{60};

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

std::string of_chain(const rows_of_tables::stored_wallet& purse, const signed_head* known) {
  sha256_hash last{};
  for (const auto& each : purse.entries) {
    if (each.hash != wallet::chain(last, purse.row.household, entry_of(each)))
      return "5 the hash chain is broken";
    last = each.hash;
    if (known != nullptr && each.seq == known->entries && each.hash != known->head)
      return "5 an entry is not the one that was signed";
  }
  if (purse.row.head != last) return "5 the wallet's head is not the hash of its last entry";
  if (known != nullptr && static_cast<std::int64_t>(purse.entries.size()) < known->entries)
    return "5 entries that were signed are gone";
  return {};
}

std::string of_wallet(const rows_of_tables::stored_wallet& purse, amount staff_floor) {
  const auto& row = purse.row;
  amount balance = 0;
  std::int64_t seq = 0;
  for (const auto& each : purse.entries) {
    if (each.counter_account.empty()) return "1 an entry names no counter-account";
    balance += each.change;
    if (each.seq != ++seq) return "2 the entries' numbers have a gap or a double";
    if (each.balance_after != balance) return "2 an entry's balance is not the sum up to it";
    const auto left = each.balance_after - each.held_after;
    const bool takes = each.change < 0 || each.kind == static_cast<int>(wallet::entry_kind::hold);
    if (each.by_kind == static_cast<int>(wallet::actor_kind::buyer) && takes && left < 0)
      return "7 a buyer went below zero";
    if (takes && left < std::min(row.lowest, staff_floor)) return "7 staff went below the floor";
  }
  if (row.balance != balance) return "2 the balance is not the sum of its entries";
  if (row.entries_count != seq) return "2 the wallet counts other entries than there are";
  if (!purse.entries.empty() && purse.entries.back().held_after != row.held)
    return "2 the last entry's hold is another";
  return {};
}

int purchases(const rows_of_tables& all, const order::state& of, amount sum) {
  int found = 0;
  if (!of.household) return 0;
  const auto purse = all.wallets.find(*of.household);
  if (purse == all.wallets.end()) return 0;
  for (const auto& each : purse->second.entries)
    if (each.order == of.id && each.kind == static_cast<int>(wallet::entry_kind::purchase))
      found += each.change == -sum ? 1 : 100;
  return found;
}

std::string of_order(const rows_of_tables& all, const order::state& of) {
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
      return "3 a wallet payment without exactly one purchase entry";
  }
  if (paid && succeeded != of.total) return "3 a paid order is not paid in full, or twice";
  if (awaits && open < of.total - succeeded) return "3 an order awaits less than what is owed";
  if (!awaits && open != 0) return "3 an open payment of an order that awaits none";
  std::size_t places = 0;
  for (const auto& line : of.lines) places += static_cast<std::size_t>(line.quantity);
  if (of.tickets.size() != (paid ? places : 0)) return "4 a paid order lacks tickets, or another has some";
  if (awaits && of.expires_at && !all.deadlines.contains(of.id.value)) return "6 an order would never expire";
  for (const auto& each : all.organisations_of_rows.at(of.id))
    if (each != of.organisation) return "8 an order has rows of another organisation";
  if (of.household)
    if (const auto whose = all.households.find(*of.household);
        whose == all.households.end() || whose->second.organisation != of.organisation)
      return "8 an order is of another organisation's household, or of none";
  return {};
}

using sums = std::map<household_id, amount>;
using places_of_offers = std::map<offer_id, std::pair<std::int64_t, std::int64_t>>;

std::string of_orders(const rows_of_tables& all, sums& holds, places_of_offers& places) {
  for (const auto& [id, each] : all.orders) {
    if (auto what = of_order(all, each); !what.empty()) return what + ", order " + each.number;
    for (const auto& payment : each.payments)
      if (payment.status == order::payment_status::held) holds[*each.household] += payment.sum;
    for (const auto& line : each.lines) {
      if (each.status == order::status::paid) places[line.offer].first += line.quantity;
      if (each.status == order::status::awaiting_payment) places[line.offer].second += line.quantity;
    }
  }
  // No entry of an order that does not exist.
  for (const auto& [whose, purse] : all.wallets)
    for (const auto& each : purse.entries)
      if (each.order && !all.orders.contains(*each.order)) return "3 an entry's order does not exist";
  return {};
}

} // namespace

std::string tables::violated(std::optional<time_point> settled) const {
  sums holds;
  places_of_offers places;
  amount in_wallets = 0;
  amount in_entries = 0;
  for (const auto& [whose, purse] : wallets) {
    in_wallets += purse.row.balance;
    for (const auto& each : purse.entries) in_entries += each.change;
    const auto known = signed_.find(whose);
    if (auto what = of_wallet(purse, staff_floor); !what.empty()) return what;
    if (auto what = of_chain(purse, known == signed_.end() ? nullptr : &known->second); !what.empty())
      return what;
  }
  if (in_wallets != in_entries) return "1 the ledger's sum is not that of the wallets";
  if (auto what = of_orders(*this, holds, places); !what.empty()) return what;
  for (const auto& [whose, purse] : wallets) {
    const auto held = holds.find(whose);
    if (purse.row.held != (held == holds.end() ? 0 : held->second))
      return "2 what is held is not the open holds";
    const auto household = households.find(whose);
    if (household == households.end() || household->second.organisation != purse.row.organisation)
      return "8 a wallet is of another organisation than its household";
  }
  for (const auto& [which, each] : offers) {
    const auto [sold, held] = places[which];
    if (each.sold != sold || each.held != held) return "4 the stock is not what the orders have";
    if (each.what->capacity && sold + held > *each.what->capacity) return "4 more places than there are";
  }
  if (settled)
    for (const auto& [id, each] : orders)
      if (each.status == order::status::awaiting_payment && each.expires_at &&
          *each.expires_at + expiry_grace < *settled)
        return "6 a hold outlives its expiry, order " + each.number;
  for (const auto& [key, count] : effects_of_key)
    if (count > 1) return "W5 one key moved money twice";
  if (!overwritten.empty()) return "lost update: " + overwritten;
  return {};
}

} // namespace foyer::simulation
