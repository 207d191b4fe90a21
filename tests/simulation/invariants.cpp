#include "tests/simulation/tables.hpp"

#include <set>

// QUALITY.md, "Correctness of money and places", over the tables in memory, with its numbers.

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

// Entries stay where they are when an order moves with its household (H9).
struct taken {
  int times = 0;
  amount sum = 0;
  bool operator==(const taken&) const = default;
};

taken purchases(const rows_of_tables& all, const order::state& of) {
  taken out;
  for (const auto& [whose, purse] : all.wallets)
    for (const auto& each : purse.entries)
      if (each.order == of.id && each.kind == static_cast<int>(wallet::entry_kind::purchase)) {
        ++out.times;
        out.sum -= each.change;
      }
  return out;
}

// H9: what leaves one wallet arrives in the other, and of a household that went into another nothing is left.
std::string of_merges(const rows_of_tables& all) {
  amount transferred = 0;
  for (const auto& [whose, purse] : all.wallets)
    for (const auto& each : purse.entries)
      if (each.kind == static_cast<int>(wallet::entry_kind::transfer)) transferred += each.change;
  if (transferred != 0) return "1 transfers between wallets do not sum to zero";
  for (const auto& [whose, each] : all.households) {
    if (!each.merged_into) continue;
    if (const auto purse = all.wallets.find(whose);
        purse != all.wallets.end() && (purse->second.row.balance != 0 || purse->second.row.held != 0))
      return "2 a merged household has money";
    if (!each.members.empty() || each.account) return "2 a merged household has members or an account";
    for (const auto& [id, order] : all.orders)
      if (order.household == whose) return "2 a merged household has an order";
  }
  return {};
}

amount refunded_to_wallets(const rows_of_tables& all, const order_id& of) {
  amount sum = 0;
  for (const auto& [whose, purse] : all.wallets)
    for (const auto& each : purse.entries)
      if (each.order == of && each.kind == static_cast<int>(wallet::entry_kind::refund)) sum += each.change;
  return sum;
}

// O8: what was taken back is what is cancelled, and what came to the wallet is what the notes say.
std::string of_refunds(const rows_of_tables& all, const order::state& of, amount succeeded, amount returned) {
  amount credited = 0;
  amount to_wallet = 0;
  for (const auto& note : of.credit_notes) {
    credited += note.sum;
    for (const auto& part : note.parts)
      if (part.method == static_cast<int>(organisation::payment_method::wallet)) to_wallet += part.sum;
  }
  amount cancelled = 0;
  bool whole = true;
  for (const auto& line : of.lines) {
    if (line.cancelled) cancelled += line.unit_price * line.quantity;
    whole = whole && line.cancelled;
  }
  if (of.status == order::status::cancelled) to_wallet += returned;
  if (credited != cancelled) return "3 credit notes are not what was cancelled";
  if (refunded_to_wallets(all, of.id) != to_wallet) return "3 the wallet got another sum than was refunded";
  if (of.status == order::status::paid && succeeded != of.total)
    return "3 a paid order is not paid in full, or twice";
  if (of.status == order::status::refunded && (!whole || returned != of.total || succeeded != 0))
    return "3 a refunded order kept something";
  return {};
}

std::string of_order(const rows_of_tables& all, const order::state& of) {
  using order::payment_status;
  const bool paid = of.status == order::status::paid;
  const bool awaits = of.status == order::status::awaiting_payment;
  amount succeeded = 0;
  amount open = 0;
  amount returned = 0;
  taken by_wallet;
  const bool was_paid = paid || of.status == order::status::refunded;
  for (const auto& each : of.payments) {
    if (each.status == payment_status::succeeded) succeeded += each.sum;
    if (each.status == payment_status::refunded) returned += each.sum;
    if (each.status == payment_status::held || each.status == payment_status::pending) open += each.sum;
    if (each.method != organisation::payment_method::wallet) continue;
    if (each.status != payment_status::succeeded && !(was_paid && each.status == payment_status::refunded))
      continue; // what was held before its buyer paid all of it is released
    ++by_wallet.times;
    by_wallet.sum += each.sum;
  }
  if (by_wallet.times > 1) return "3 an order was paid from a wallet twice";
  if (purchases(all, of) != by_wallet) return "3 a wallet payment without exactly one purchase entry";
  if (auto what = of_refunds(all, of, succeeded, returned); !what.empty()) return what;
  if (awaits && open < of.total - succeeded) return "3 an order awaits less than what is owed";
  if (!awaits && open != 0) return "3 an open payment of an order that awaits none";
  std::size_t places = 0;
  for (const auto& line : of.lines) places += line.cancelled ? 0U : static_cast<std::size_t>(line.quantity);
  std::size_t tickets = 0;
  for (const auto& each : of.tickets) tickets += each.status == order::ticket_status::valid ? 1 : 0;
  if (tickets != (paid ? places : 0)) return "4 a paid order lacks tickets, or another has some";
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
      if (line.cancelled) continue;
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

// O7, with the counters: each number once, and none missing.
std::string of_papers(const rows_of_tables& all) {
  std::map<int, std::set<std::int64_t>> invoices;
  std::map<int, std::set<std::int64_t>> notes;
  for (const auto& [id, each] : all.orders) {
    const bool was_paid = each.status == order::status::paid || each.status == order::status::refunded;
    if ((was_paid && each.total > 0) != (each.invoice_number > 0))
      return "9 an order lacks its invoice, or has one";
    if (each.invoice_number > 0 && !invoices[*each.invoice_year].insert(each.invoice_number).second)
      return "9 two invoices have one number";
    for (const auto& note : each.credit_notes)
      if (!notes[note.year].insert(note.number).second) return "9 two credit notes have one number";
  }
  for (const auto& [year, last] : all.invoices)
    if (static_cast<std::int64_t>(invoices[year].size()) != last) return "9 invoice numbers have a gap";
  for (const auto& [year, last] : all.credit_notes)
    if (static_cast<std::int64_t>(notes[year].size()) != last) return "9 credit note numbers have a gap";
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
  if (auto what = of_merges(*this); !what.empty()) return what;
  if (auto what = of_papers(*this); !what.empty()) return what;
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
