#include "storage/journal_cold_rows.hpp"

#include <vector>

namespace foyer::storage {
namespace {

using pg::as_small;
using pg::none_if_empty;

constexpr pg::statement cancel_line{"cancel_line", R"sql(
with changed as (
  update order_lines set cancelled = true where order_id = $1 and position = $2 and not cancelled returning 1)
select guard('line', 1, (select count(*) from changed))
)sql"};

constexpr pg::statement cancel_tickets{"cancel_tickets", R"sql(
with changed as (
  update tickets set status = 3 where order_id = $1 and line_position = any($2::int[]) and status = 1 returning 1)
select guard('tickets', $3, (select count(*) from changed))
)sql"};

constexpr pg::statement end_benefits{"end_benefits", R"sql(
with cards as (
  update membership_cards set cancelled = true where order_id = $1 and line_position = any($2::int[]))
update benefits set uses_left = case when kind = 'pass' then 0 end, value_left = case when kind = 'voucher' then 0 end
where order_id = $1 and line_position = any($2::int[])
)sql"};

// The mail that tells of it is in the same transaction, and learns its number here, as order::paper_number
// writes it.
constexpr pg::statement insert_credit_note{"insert_credit_note", R"sql(
with numbered as (
  insert into paper_counters as c values ($1, 2, $4::smallint, 1)
  on conflict (organisation_id, kind, year) do update set last = c.last + 1 returning c.last),
note as (
  insert into credit_notes (organisation_id, id, order_id, year, number, amount, line_positions, reason, reference,
    by_account, at)
  select $1, $2, $3, $4::smallint, last, $5, $6::int[]::smallint[], $7, $8, $9, $10 from numbered),
told as (
  update outbox set params = (params::jsonb || jsonb_build_object('credit_note_number',
    format('A%s-%s', lpad(($4::smallint)::text, 4, '0'), lpad(last::text, greatest(6, length(last::text)), '0'))))::text
  from numbered where outbox.id = $14)
insert into refunds (organisation_id, credit_note_id, position, order_id, payment_position, method, amount)
select $1, $2, part.place, $3, part.payment, part.method, part.amount
from unnest($11::int[], $12::int[], $13::bigint[]) with ordinality as part (payment, method, amount, place)
)sql"};

} // namespace

const pg::statement& encode(pg::params& out, const line_cancelled& row, const cold_context&) {
  out.add(row.order).add(as_small(row.position));
  return cancel_line;
}

const pg::statement& encode(pg::params& out, const tickets_cancelled& row, const cold_context&) {
  out.add(row.order).add(row.line_positions).add(static_cast<std::int64_t>(row.count));
  return cancel_tickets;
}

const pg::statement& encode(pg::params& out, const benefits_ended& row, const cold_context&) {
  out.add(row.order).add(row.line_positions);
  return end_benefits;
}

const pg::statement& encode(pg::params& out, const credit_note_row& row, const cold_context&) {
  std::vector<int> payments;
  std::vector<int> methods;
  std::vector<std::int64_t> sums;
  for (const auto& each : row.parts) {
    payments.push_back(each.payment_position.value_or(0));
    methods.push_back(each.method);
    sums.push_back(each.sum);
  }
  out.add(row.organisation).add(row.id).add(row.order).add(as_small(row.year)).add(row.sum);
  out.add(row.line_positions).add(none_if_empty(row.reason)).add(none_if_empty(row.reference)).add(row.by);
  out.add(row.at).add(payments).add(methods).add(sums).add(row.mail);
  return insert_credit_note;
}

std::span<const pg::statement* const> paper_statements() {
  static constexpr const pg::statement* all[] = {&cancel_line, &cancel_tickets, &end_benefits,
                                                 &insert_credit_note};
  return all;
}

} // namespace foyer::storage
