#include "storage/journal_cold_rows.hpp"

#include <vector>

namespace foyer::storage {
namespace {

using pg::as_small;
using pg::none_if_empty;

constexpr pg::statement change_order{"change_order", R"sql(
with numbered as (
  insert into paper_counters as c
  select organisation_id, 1, $9::smallint, 1 from orders
  where id = $1 and version = $8 and $9::smallint is not null
  on conflict (organisation_id, kind, year) do update set last = c.last + 1 returning c.last),
changed as (
  update orders set version = $2, status = $3, paid_at = $4, expires_at = $5, cancel_reason = $6,
    household_id = coalesce($7, household_id), invoice_year = coalesce($9::smallint, invoice_year),
    invoice_number = coalesce((select last from numbered), invoice_number)
  where id = $1 and version = $8 returning 1)
select guard('order', 1, (select count(*) from changed))
)sql"};

constexpr pg::statement change_payment{"change_payment", R"sql(
with changed as (
  update payments set status = $3, reference = $4, at = $5, taken_by = $6
  where order_id = $1 and position = $2 returning 1)
select guard('payment', 1, (select count(*) from changed))
)sql"};

constexpr pg::statement change_tickets{"change_tickets", R"sql(
update tickets set status = $3 where order_id = $1 and line_position = coalesce($2::smallint, line_position)
)sql"};

// A ticket that is valid, whoever refunds or scans it meanwhile. Of a course it stays valid, and its holder
// is present once a day.
constexpr pg::statement use_ticket{"use_ticket", R"sql(
with used as (
  update tickets set status = 2, used_at = $4
  where organisation_id = $1 and order_id = $2 and position = $3 and status = 1 returning 1)
select guard('ticket', 1, (select count(*) from used))
)sql"};

constexpr pg::statement attend{"attend", R"sql(
with valid as materialized (
  select 1 from tickets where organisation_id = $1 and order_id = $2 and position = $3 and status = 1 for share),
came as (
  insert into attendances (organisation_id, order_id, position, day, present, by_account, at)
  select $1, $2, $3, $4, true, $5, $6 from valid
  on conflict (order_id, position, day) do update
  set present = true, by_account = excluded.by_account, at = excluded.at where not attendances.present returning 1)
select guard('ticket', 1, (select count(*) from came))
)sql"};

constexpr pg::statement insert_benefit{"insert_benefit", R"sql(
insert into benefits (organisation_id, order_id, id, line_position, household_id, kind, code, uses_left,
  value_left,
  expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
)sql"};

constexpr pg::statement finish_deadline{"finish_deadline", R"sql(
delete from deadlines where kind = $1 and entity_id = $2 and id <> all ($3::uuid[])
)sql"};

} // namespace

const pg::statement& encode(pg::params& out, const order_changed& row, const cold_context&) {
  out.add(row.id).add(row.version).add(as_small(row.status)).add(row.paid_at).add(row.expires_at);
  out.add(none_if_empty(row.cancel_reason)).add(row.household).add(row.expected_version);
  if (row.invoice_year)
    out.add(as_small(*row.invoice_year));
  else
    out.null();
  return change_order;
}

const pg::statement& encode(pg::params& out, const payment_changed& row, const cold_context&) {
  out.add(row.order).add(as_small(row.position)).add(as_small(row.status)).add(none_if_empty(row.reference));
  out.add(row.at).add(row.taken_by);
  return change_payment;
}

const pg::statement& encode(pg::params& out, const tickets_changed& row, const cold_context&) {
  out.add(row.order);
  if (row.line_position)
    out.add(as_small(*row.line_position));
  else
    out.null();
  out.add(as_small(row.status));
  return change_tickets;
}

const pg::statement& encode(pg::params& out, const ticket_checked_in& row, const cold_context&) {
  out.add(row.organisation).add(row.order).add(as_small(row.position));
  if (!row.day) {
    out.add(row.at);
    return use_ticket;
  }
  out.add(*row.day).add(row.by).add(row.at);
  return attend;
}

const pg::statement& encode(pg::params& out, const benefit_row& row, const cold_context&) {
  out.add(row.organisation).add(row.order).add(row.id).add(as_small(row.line_position)).add(row.household);
  out.add(row.voucher ? "voucher" : "pass").add(row.code).add(row.uses_left).add(row.value_left);
  out.add(row.expires_at);
  return insert_benefit;
}

/// Deadlines of the same commit, or of later ones in the batch, are in the table already and must stay: a new
/// expiry often comes with the end of the old one.
const pg::statement& encode(pg::params& out, const deadline_done& row, const cold_context& context) {
  std::vector<uuid> kept;
  for (const auto* later : context.from_here_on) {
    for (const auto& deadline : later->deadlines) {
      if (deadline.kind == row.kind && deadline.entity == row.entity) kept.push_back(deadline.id.value);
    }
  }
  out.add(as_small(static_cast<int>(row.kind))).add(row.entity).add(kept);
  return finish_deadline;
}

std::span<const pg::statement* const> order_statements() {
  static constexpr const pg::statement* all[] = {&change_order, &change_payment, &change_tickets, &use_ticket,
                                                 &attend,       &insert_benefit, &finish_deadline};
  return all;
}

} // namespace foyer::storage
