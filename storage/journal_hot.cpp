#include "storage/journal_hot.hpp"

#include <map>

namespace foyer::storage {

using pg::as_small;
using pg::none_if_empty;

// Whichever part fails, all is undone: a guard raises FY001 when not every row had the expected version. Rows
// are found by index in the order of the arrays (the session has no other kind of join), so that two
// processes lock them one by one and a deadlock is found out. Mails wait by the database's clock: one that is
// behind ours must not keep them.
// Invoices (O7): $16 says how many numbers each organisation needs, and each order how far from the last of
// them its own is, so that a batch changes the counter once and takes back its numbers when it is undone.
const pg::statement hot_statement{"journal_hot", R"sql(
with
j as (update journals set last_batch = $2, at = now() where name = $1 and epoch = $3 returning 1),
w as materialized (select * from unnest($4::wallet_change[])),
wallet_updates as (
  update wallets t
  set balance = w.balance, held = w.held, floor = w.floor, lowest = w.lowest, entries_count = w.entries_count,
      head = w.head, version = w.version
  from w where t.household_id = w.household_id and t.version = w.expected and w.expected > 0
  returning 1),
new_wallets as (
  insert into wallets (organisation_id, household_id, balance, held, floor, lowest, entries_count, head,
    version)
  select organisation_id, household_id, balance, held, floor, lowest, entries_count, head, version
  from w where expected = 0),
new_entries as (insert into ledger_entries select * from unnest($6::ledger_entries[])),
o as materialized (select * from unnest($7::orders[])),
numbers as (
  insert into paper_counters as c select * from unnest($16::paper_counters[])
  on conflict (organisation_id, kind, year) do update set last = c.last + excluded.last
  returning c.organisation_id, c.year, c.last),
new_orders as (
  insert into orders
  select o.organisation_id, o.id, o.number, o.kind, o.status, o.shop_id, o.household_id, o.account_id,
    o.buyer_email, o.buyer_first_name, o.buyer_last_name, o.buyer_answers, o.locale, o.total, o.created_at,
    o.paid_at, o.expires_at, o.cancel_reason, o.version, o.invoice_year, n.last + o.invoice_number
  from o left join numbers n on n.organisation_id = o.organisation_id and n.year = o.invoice_year),
new_lines as (insert into order_lines select * from unnest($8::order_lines[])),
new_payments as (insert into payments select * from unnest($9::payments[])),
new_tickets as (insert into tickets select * from unnest($10::tickets[])),
stock as (
  update offer_stock t set sold = t.sold + d.sold, held = t.held + d.held
  from unnest($11::stock_change[]) d where t.offer_id = d.offer_id
  returning 1),
new_keys as (insert into idempotency select * from unnest($13::idempotency[])),
new_mails as (
  insert into outbox
  select id, organisation_id, template, locale, to_address, to_name, params, priority, state, attempts,
    least(next_attempt_at, now()), leased_until, created_at, sent_at, last_error, household_id
  from unnest($14::outbox[])),
new_deadlines as (insert into deadlines select * from unnest($15::deadlines[]))
select guard('journal', 1, (select count(*) from j)),
       guard('wallets', $5, (select count(*) from wallet_updates)),
       guard('stock', $12, (select count(*) from stock))
)sql"};

namespace {

/// All rows of one table in a batch, as one array in the order of the table's columns.
template <class Row, class Write>
void encode_table(pg::params& out, pg::oid type, const journal_batch& batch, std::vector<Row> commit::*table,
                  Write write) {
  std::size_t count = 0;
  for (const auto* rows : batch.commits()) count += (rows->*table).size();
  auto array = out.records(type, count);
  for (const auto* rows : batch.commits()) {
    for (const auto& row : rows->*table) write(array, row);
  }
}

void encode_wallets(pg::params& out, const journal_batch& batch, const composite_types& types) {
  auto array = out.records(types.wallet_change, batch.wallets().size());
  for (const auto& row : batch.wallets()) {
    array.row(row.organisation, row.household, row.expected_version, row.balance, row.held, row.floor,
              row.lowest, row.entries_count, row.head, row.version);
  }
  out.add(static_cast<std::int64_t>(batch.wallets_updated()));
}

void encode_entry(pg::record_array& out, const ledger_row& row) {
  out.row(row.organisation, row.household, row.seq, row.id, as_small(row.kind), row.change, row.balance_after,
          row.held_after, row.counter_account, row.order, none_if_empty(row.order_number),
          none_if_empty(row.reason), as_small(row.by_kind), row.by, row.at, row.hash);
}

// How many invoices of a year an organisation gets in this batch. In the order of the keys, so that two
// processes lock the counters in the same one.
using invoice_counts = std::map<std::pair<organisation_id, int>, std::int64_t>;

invoice_counts count_invoices(const journal_batch& batch) {
  invoice_counts out;
  for (const auto* rows : batch.commits())
    for (const auto& row : rows->orders)
      if (row.invoice_year) ++out[{row.organisation, *row.invoice_year}];
  return out;
}

void encode_counters(pg::params& out, const invoice_counts& counts, const composite_types& types) {
  auto array = out.records(types.paper_counters, counts.size());
  for (const auto& [key, count] : counts) array.row(key.first, as_small(1), as_small(key.second), count);
}

// The numbers of a batch end with the last one given out: the first of three is two before it.
void encode_order(pg::record_array& out, const order_row& row, invoice_counts& left) {
  std::optional<pg::small> year;
  std::optional<std::int64_t> before_last;
  if (row.invoice_year) {
    year = as_small(*row.invoice_year);
    before_last = -(--left[{row.organisation, *row.invoice_year}]);
  }
  out.row(row.organisation, row.id, row.number, as_small(row.kind), as_small(row.status), row.shop,
          row.household, row.account, row.buyer_email, row.buyer_first_name, row.buyer_last_name,
          row.buyer_answers, row.locale, row.total, row.created_at, row.paid_at, row.expires_at,
          none_if_empty(row.cancel_reason), row.version, year, before_last);
}

void encode_line(pg::record_array& out, const line_row& row) {
  out.row(row.organisation, row.order, as_small(row.position), row.id, row.offer, row.rate, row.title,
          row.quantity, row.unit_price, row.vat_basis_points, row.members, row.cancelled);
}

void encode_payment(pg::record_array& out, const payment_row& row) {
  out.row(row.organisation, row.order, as_small(row.position), row.id, as_small(row.method), row.sum,
          as_small(row.status), none_if_empty(row.reference), row.at, row.taken_by);
}

void encode_ticket(pg::record_array& out, const ticket_row& row) {
  constexpr std::optional<time_point> not_used;
  out.row(row.organisation, row.order, as_small(row.position), row.id, as_small(row.line_position), row.offer,
          row.household, none_if_empty(row.holder), as_small(row.status), not_used);
}

void encode_stock(pg::params& out, const journal_batch& batch, const composite_types& types) {
  auto array = out.records(types.stock_change, batch.stock().size());
  for (const auto& row : batch.stock()) array.row(row.offer, row.sold, row.held);
  out.add(static_cast<std::int64_t>(batch.stock().size()));
}

void encode_key(pg::record_array& out, const idempotency_row& row) {
  out.row(row.id, row.request_hash, as_small(row.status), row.answer, row.at, row.order);
}

void encode_mail(pg::record_array& out, const mail_row& row) {
  constexpr std::optional<time_point> none;
  const auto queued = as_small(0);
  const auto attempts = as_small(0);
  out.row(row.id, row.organisation, row.template_name, row.locale, row.to_address, none_if_empty(row.to_name),
          row.params, as_small(static_cast<int>(row.priority)), queued, attempts, row.at, none, row.at, none,
          std::optional<std::string_view>{}, row.household);
}

void encode_deadline(pg::record_array& out, const deadline_row& row) {
  out.row(row.id, as_small(static_cast<int>(row.kind)), row.entity, row.organisation, row.due_at);
}

} // namespace

void encode_hot(pg::params& out, const journal_batch& batch, const composite_types& types,
                std::string_view journal, std::int64_t epoch, std::int64_t batch_number) {
  out.clear();
  out.add(journal).add(batch_number).add(epoch);
  encode_wallets(out, batch, types);
  encode_table(out, types.ledger_entries, batch, &commit::entries, encode_entry);
  const auto invoices = count_invoices(batch);
  auto left = invoices;
  encode_table(out, types.orders, batch, &commit::orders,
               [&left](pg::record_array& to, const order_row& row) { encode_order(to, row, left); });
  encode_table(out, types.order_lines, batch, &commit::lines, encode_line);
  encode_table(out, types.payments, batch, &commit::payments, encode_payment);
  encode_table(out, types.tickets, batch, &commit::tickets, encode_ticket);
  encode_stock(out, batch, types);
  encode_table(out, types.idempotency, batch, &commit::idempotency, encode_key);
  encode_table(out, types.outbox, batch, &commit::mails, encode_mail);
  encode_table(out, types.deadlines, batch, &commit::deadlines, encode_deadline);
  encode_counters(out, invoices, types);
}

} // namespace foyer::storage
