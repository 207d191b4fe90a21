#include "storage/journal_hot.hpp"

#include "storage/journal_shape.hpp"

#include <map>

namespace foyer::storage {

using pg::as_small;
using pg::none_if_empty;

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
          none_if_empty(row.cancel_reason), row.version, year, before_last, row.by_guest);
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

void encode_hot(pg::params& out, unsigned shape, const journal_batch& batch, const composite_types& types,
                const journal_mark& mark) {
  const auto has = [shape](unsigned kinds) { return (shape & kinds) != 0; };
  out.clear();
  out.add(mark.journal).add(mark.batch).add(mark.epoch);
  if (has(hot::wallet_updates | hot::new_wallets)) encode_wallets(out, batch, types);
  if (has(hot::entries)) encode_table(out, types.ledger_entries, batch, &commit::entries, encode_entry);
  invoice_counts left;
  if (has(hot::invoices)) {
    left = count_invoices(batch);
    encode_counters(out, left, types);
  }
  if (has(hot::invoices | hot::orders))
    encode_table(out, types.orders, batch, &commit::orders,
                 [&left](pg::record_array& to, const order_row& row) { encode_order(to, row, left); });
  if (has(hot::orders)) {
    encode_table(out, types.order_lines, batch, &commit::lines, encode_line);
    encode_table(out, types.payments, batch, &commit::payments, encode_payment);
  }
  if (has(hot::tickets)) encode_table(out, types.tickets, batch, &commit::tickets, encode_ticket);
  if (has(hot::stock)) encode_stock(out, batch, types);
  if (has(hot::keys)) encode_table(out, types.idempotency, batch, &commit::idempotency, encode_key);
  if (has(hot::mails)) encode_table(out, types.outbox, batch, &commit::mails, encode_mail);
  if (has(hot::deadlines)) encode_table(out, types.deadlines, batch, &commit::deadlines, encode_deadline);
  if (has(hot::wallet_updates)) out.add(static_cast<std::int64_t>(batch.wallets_updated()));
  if (has(hot::stock)) out.add(static_cast<std::int64_t>(batch.stock().size()));
}

} // namespace foyer::storage
