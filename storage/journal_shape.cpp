#include "storage/journal_shape.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace foyer::storage {
namespace {

/// Belongs to the statement of a shape that has one of `any` and none of `but`. `$#` is the next parameter.
struct part {
  unsigned any;
  unsigned but;
  std::string_view sql;
};

// Whichever part fails, all is undone: a guard raises FY001 when not every row had the expected version. Rows
// are found by index in the order of the arrays (the session has no other kind of join), so that two
// processes lock them one by one and a deadlock is found out. Mails wait by the database's clock: one that is
// behind ours must not keep them.
// Invoices (O7): paper_counters says how many numbers each organisation needs, and each order how far from
// the last of them its own is, so that a batch changes the counter once and takes back its numbers when it is
// undone.
constexpr std::array parts{
    part{hot::wallet_updates | hot::new_wallets, 0,
         "w as materialized (select * from unnest($#::wallet_change[]))"},
    part{hot::wallet_updates, 0, R"sql(wallet_updates as (
  update wallets t
  set balance = w.balance, held = w.held, floor = w.floor, lowest = w.lowest, entries_count = w.entries_count,
      head = w.head, version = w.version
  from w where t.household_id = w.household_id and t.version = w.expected and w.expected > 0
  returning 1))sql"},
    part{hot::new_wallets, 0, R"sql(new_wallets as (
  insert into wallets (organisation_id, household_id, balance, held, floor, lowest, entries_count, head,
    version)
  select organisation_id, household_id, balance, held, floor, lowest, entries_count, head, version
  from w where expected = 0))sql"},
    part{hot::entries, 0,
         "new_entries as (insert into ledger_entries select * from unnest($#::ledger_entries[]))"},
    part{hot::invoices, 0, R"sql(numbers as (
  insert into paper_counters as c select * from unnest($#::paper_counters[])
  on conflict (organisation_id, kind, year) do update set last = c.last + excluded.last
  returning c.organisation_id, c.year, c.last),
new_orders as (
  insert into orders
  select o.organisation_id, o.id, o.number, o.kind, o.status, o.shop_id, o.household_id, o.account_id,
    o.buyer_email, o.buyer_first_name, o.buyer_last_name, o.buyer_answers, o.locale, o.total, o.created_at,
    o.paid_at, o.expires_at, o.cancel_reason, o.version, o.invoice_year, n.last + o.invoice_number,
    o.by_guest
  from unnest($#::orders[]) o
  left join numbers n on n.organisation_id = o.organisation_id and n.year = o.invoice_year))sql"},
    part{hot::orders, hot::invoices, "new_orders as (insert into orders select * from unnest($#::orders[]))"},
    part{hot::orders, 0, R"sql(new_lines as (insert into order_lines select * from unnest($#::order_lines[])),
new_payments as (insert into payments select * from unnest($#::payments[])))sql"},
    part{hot::tickets, 0, "new_tickets as (insert into tickets select * from unnest($#::tickets[]))"},
    part{hot::stock, 0, R"sql(stock as (
  update offer_stock t set sold = t.sold + d.sold, held = t.held + d.held
  from unnest($#::stock_change[]) d where t.offer_id = d.offer_id
  returning 1))sql"},
    part{hot::keys, 0, "new_keys as (insert into idempotency select * from unnest($#::idempotency[]))"},
    part{hot::mails, 0, R"sql(new_mails as (
  insert into outbox
  select id, organisation_id, template, locale, to_address, to_name, params, priority, state, attempts,
    least(next_attempt_at, now()), leased_until, created_at, sent_at, last_error, household_id
  from unnest($#::outbox[])))sql"},
    part{hot::deadlines, 0, "new_deadlines as (insert into deadlines select * from unnest($#::deadlines[]))"},
};

constexpr std::string_view journal_part =
    "with\nj as (update journals set last_batch = $2, at = now() where name = $1 and epoch = $3 returning 1)";
constexpr std::string_view journal_guard = "\nselect guard('journal', 1, (select count(*) from j))";
constexpr std::string_view wallets_guard = ",\n  guard('wallets', $#, (select count(*) from wallet_updates))";
constexpr std::string_view stock_guard = ",\n  guard('stock', $#, (select count(*) from stock))";

void append_numbered(std::string& to, std::string_view sql, int& parameters) {
  for (auto at = sql.find("$#"); at != std::string_view::npos; at = sql.find("$#")) {
    to += sql.substr(0, at + 1);
    to += std::to_string(++parameters);
    sql.remove_prefix(at + 2);
  }
  to += sql;
}

} // namespace

unsigned shape_of(const journal_batch& batch) {
  unsigned out = 0;
  const auto updated = batch.wallets_updated();
  if (updated > 0) out |= hot::wallet_updates;
  if (updated < batch.wallets().size()) out |= hot::new_wallets;
  if (!batch.stock().empty()) out |= hot::stock;
  for (const auto* rows : batch.commits()) {
    if (!rows->entries.empty()) out |= hot::entries;
    if (!rows->orders.empty() || !rows->lines.empty() || !rows->payments.empty()) out |= hot::orders;
    if (std::ranges::any_of(rows->orders, [](const order_row& row) { return row.invoice_year.has_value(); }))
      out |= hot::invoices;
    if (!rows->tickets.empty()) out |= hot::tickets;
    if (!rows->idempotency.empty()) out |= hot::keys;
    if (!rows->mails.empty()) out |= hot::mails;
    if (!rows->deadlines.empty()) out |= hot::deadlines;
  }
  return out;
}

std::string hot_sql(unsigned shape) {
  std::string out{journal_part};
  int parameters = 3; // of the journal's own row
  for (const auto& part : parts) {
    if ((part.any & shape) == 0 || (part.but & shape) != 0) continue;
    out += ",\n";
    append_numbered(out, part.sql, parameters);
  }
  out += journal_guard;
  if ((shape & hot::wallet_updates) != 0) append_numbered(out, wallets_guard, parameters);
  if ((shape & hot::stock) != 0) append_numbered(out, stock_guard, parameters);
  return out;
}

hot_statements::hot_statements() {
  at(hot::all);
}

hot_statements::one& hot_statements::at(unsigned shape) {
  if (const auto known = known_.find(shape); known != known_.end()) return known->second;
  if (known_.size() >= prepared_max) return whole();
  auto& made = known_[shape];
  made.shape = shape;
  made.name = shape == hot::all ? "journal_hot" : "journal_hot_" + std::to_string(shape);
  made.sql = hot_sql(shape);
  made.statement = {made.name.c_str(), made.sql.c_str()};
  return made;
}

void hot_statements::forget() {
  for (auto& [shape, known] : known_) known.prepared = false;
}

} // namespace foyer::storage
