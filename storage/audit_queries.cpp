#include "storage/audit_queries.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

// Every query looks at whole tables at once (hash joins), never at one row after the other. Numbers of kinds
// and statuses: actors/wallet/wallet.hpp, actors/order/order.hpp, actors/organisation/organisation.hpp.

namespace foyer::storage {
namespace {

// 1: the counterpart of an entry stands in its own row, so that both sides together are zero where it is
// named.

constexpr const char* counter_accounts = R"sql(
select format('entry %s of wallet %s names no counter-account', seq, household_id)
from ledger_entries where counter_account = ''
)sql";

constexpr const char* organisation_sums = R"sql(
with e as (select organisation_id, sum(amount) as total from ledger_entries group by organisation_id),
     w as (select organisation_id, sum(balance) as total from wallets group by organisation_id)
select format('organisation %s: its entries sum to %s, its wallets to %s', organisation_id, coalesce(e.total, 0),
  coalesce(w.total, 0))
from e full join w using (organisation_id) where coalesce(e.total, 0) <> coalesce(w.total, 0)
)sql";

// What leaves one wallet arrives in another (H9).
constexpr const char* transfers = R"sql(
select format('organisation %s: its transfers between wallets sum to %s', organisation_id, sum(amount))
from ledger_entries where kind = 5 group by organisation_id having sum(amount) <> 0
)sql";

// 2

// Of a household that was merged into another nothing is left (H9).
constexpr const char* merged_households = R"sql(
select format('household %s went into %s, but %s', h.id, h.merged_into, case
  when t.organisation_id is distinct from h.organisation_id then 'that is of organisation ' || coalesce(t.organisation_id::text, 'nobody')
  when w.balance <> 0 or w.held <> 0 then 'its wallet has ' || w.balance || ' and holds ' || w.held
  when exists (select from orders o where o.household_id = h.id) then 'orders stayed'
  else 'members stayed' end)
from households h left join households t on t.id = h.merged_into left join wallets w on w.household_id = h.id
where h.merged_into is not null and (t.organisation_id is distinct from h.organisation_id or w.balance <> 0
  or w.held <> 0 or exists (select from orders o where o.household_id = h.id)
  or exists (select from members m where m.household_id = h.id))
)sql";

constexpr const char* wallet_balances = R"sql(
with e as (select household_id, count(*) as entries, sum(amount) as total, max(seq) as last
           from ledger_entries group by household_id)
select format('wallet %s: balance %s, held %s, %s entries; its ledger has %s, the last is number %s, they sum to %s, '
    'the last says %s and held %s',
  coalesce(w.household_id, e.household_id), w.balance, w.held, w.entries_count, coalesce(e.entries, 0),
  coalesce(e.last, 0), coalesce(e.total, 0),
  l.balance_after, l.held_after)
from wallets w full join e using (household_id)
left join ledger_entries l on l.household_id = e.household_id and l.seq = e.last
where w.household_id is null or w.balance <> coalesce(e.total, 0) or w.entries_count <> coalesce(e.entries, 0)
  or w.entries_count <> coalesce(e.last, 0) or coalesce(l.balance_after, 0) <> w.balance
  or coalesce(l.held_after, 0) <> w.held
)sql";

constexpr const char* open_holds = R"sql(
with h as (select o.household_id, sum(p.amount) as total from payments p join orders o on o.id = p.order_id
           where p.status = 1 group by o.household_id)
select format('wallet %s: held %s, its orders hold %s', household_id, coalesce(w.held, 0), coalesce(h.total, 0))
from wallets w full join h using (household_id) where coalesce(w.held, 0) <> coalesce(h.total, 0)
)sql";

constexpr const char* open_payments = R"sql(
select format('order %s: payment %s is still %s, but the order does not await payment', o.id, p.position,
  case p.status when 1 then 'held' else 'pending' end)
from payments p join orders o on o.id = p.order_id where p.status in (1, 2) and o.status <> 1
)sql";

// 3

constexpr const char* paid_in_full = R"sql(
with p as (select order_id, sum(amount) as total from payments where status = 3 group by order_id),
     c as (select order_id, sum(quantity::bigint * unit_price) as total from order_lines where cancelled
           group by order_id),
     r as (select order_id, sum(amount) as total from credit_notes group by order_id)
select format('order %s (%s): paid %s, refunded %s, but its total is %s and %s of it cancelled', o.id, o.number,
  coalesce(p.total, 0), coalesce(r.total, 0), o.total, coalesce(c.total, 0))
from orders o left join p on p.order_id = o.id left join c on c.order_id = o.id left join r on r.order_id = o.id
where o.status = 2 and coalesce(p.total, 0) - coalesce(r.total, 0) <> o.total - coalesce(c.total, 0)
)sql";

// What was received for an order that was cancelled before it was paid went back to the wallet; what a credit
// note returned, there or by another way.
constexpr const char* cancelled_orders = R"sql(
with p as (select order_id, sum(amount) filter (where status = 3) as kept,
             sum(amount) filter (where status = 5) as returned from payments group by order_id),
     c as (select order_id, sum(amount) as total, sum(amount) filter (where method = 1) as to_wallet from refunds
           group by order_id),
     r as (select order_id, sum(amount) as total from ledger_entries where kind = 3 and order_id is not null
           group by order_id)
select format('order %s (%s): cancelled, but %s received are kept, and %s returned with %s credited', o.id, o.number,
  coalesce(p.kept, 0), coalesce(p.returned, 0), coalesce(r.total, 0))
from orders o left join p on p.order_id = o.id left join c on c.order_id = o.id left join r on r.order_id = o.id
where (o.status in (3, 4) and coalesce(p.kept, 0) <> 0)
  or (o.status <> 3 and coalesce(r.total, 0) <> coalesce(c.to_wallet, 0))
  or (o.status = 3 and coalesce(p.returned, 0) <> coalesce(r.total, 0))
  or (o.status = 4 and coalesce(p.returned, 0) <> coalesce(c.total, 0))
)sql";

constexpr const char* credit_notes = R"sql(
with r as (select credit_note_id, sum(amount) as total from refunds group by credit_note_id),
     l as (select n.id, sum(l.quantity::bigint * l.unit_price) as total, bool_and(l.cancelled) as cancelled
           from credit_notes n join order_lines l on l.order_id = n.order_id and l.position = any(n.line_positions)
           group by n.id)
select format('credit note %s of order %s: %s, its lines %s%s, refunded %s', n.id, n.order_id, n.amount,
  coalesce(l.total, 0), case when l.cancelled then '' else ' not all cancelled' end, coalesce(r.total, 0))
from credit_notes n left join r on r.credit_note_id = n.id left join l on l.id = n.id
where n.amount <> coalesce(l.total, 0) or n.amount <> coalesce(r.total, 0) or l.cancelled is not true
union all
select format('order %s: payment %s of %s, %s of it returned', p.order_id, p.position, p.amount, sum(r.amount))
from payments p join refunds r on r.order_id = p.order_id and r.payment_position = p.position
group by p.order_id, p.position having sum(r.amount) > p.amount
)sql";

constexpr const char* order_totals = R"sql(
with l as (select order_id, sum(quantity::bigint * unit_price) as total from order_lines group by order_id)
select format('order %s (%s): total %s, its lines %s', o.id, o.number, o.total, coalesce(l.total, 0))
from orders o left join l on l.order_id = o.id where o.kind = 1 and o.total <> coalesce(l.total, 0)
)sql";

constexpr const char* purchase_entries = R"sql(
with e as (select order_id, count(*) as entries, sum(-amount) as total from ledger_entries
           where kind = 2 and order_id is not null group by order_id),
     p as (select order_id, count(*) as payments, sum(amount) as total from payments
           where method = 1 and status in (3, 5) group by order_id)
select format('order %s: %s payments by wallet of %s, %s purchase entries of %s', order_id, coalesce(payments, 0),
  coalesce(p.total, 0), coalesce(entries, 0), coalesce(e.total, 0))
from p full join e using (order_id)
where coalesce(payments, 0) <> coalesce(entries, 0) or coalesce(p.total, 0) <> coalesce(e.total, 0)
)sql";

constexpr const char* hold_entries = R"sql(
with e as (select order_id, count(*) filter (where kind = 6) - count(*) filter (where kind = 7) as open
           from ledger_entries where kind in (6, 7) and order_id is not null group by order_id),
     p as (select order_id, count(*) as held from payments where status = 1 group by order_id)
select format('order %s: %s payments held, %s holds in the ledger not released', order_id, coalesce(held, 0),
  coalesce(open, 0))
from p full join e using (order_id) where coalesce(held, 0) <> coalesce(open, 0)
)sql";

// W8: a repayment is credited once and whole when it is paid, and not before; nothing else is credited for an
// order.
constexpr const char* repayments = R"sql(
with e as (select order_id, count(*) as entries, sum(amount) as total from ledger_entries
           where kind = 1 and order_id is not null group by order_id)
select format('order %s (%s): %s credits of %s, but it is a %s of %s', o.id, o.number, coalesce(e.entries, 0),
  coalesce(e.total, 0), case when o.kind = 1 then 'sale' when o.status = 2 then 'paid repayment'
                             else 'repayment not paid' end, o.total)
from orders o left join e on e.order_id = o.id
where case when o.kind = 2 and o.status = 2 then coalesce(e.entries, 0) <> 1 or e.total <> o.total
           else e.entries is not null end
)sql";

// A refund that staff enter by hand is of something that was not ordered here.
constexpr const char* entries_of_orders = R"sql(
select format('entry %s of wallet %s: %s', e.seq, e.household_id, case
  when e.order_id is null then 'a purchase, refund, hold or release without order'
  when o.id is null then 'its order ' || e.order_id || ' does not exist'
  else 'its order ' || e.order_id || ' belongs to another household' end)
from ledger_entries e left join orders o on o.id = e.order_id
where (e.order_id is null and (e.kind in (2, 6, 7) or (e.kind = 3 and e.by_kind <> 2))) or (e.order_id is not null and o.id is null)
  or (e.kind in (2, 6, 7) and o.household_id is distinct from e.household_id and o.id is not null
    -- An order moves with its household, entries never do (H9).
    and not exists (select from merged_orders g join household_merges m on m.id = g.merge_id
                    where g.order_id = o.id and m.from_id = e.household_id and m.undone_at is null))
)sql";

// 4

constexpr const char* capacities = R"sql(
select format('offer %s: %s sold and %s held of %s places', offer_id, sold, held, capacity)
from offer_stock where sold + held > capacity or sold < 0 or held < 0
)sql";

constexpr const char* stock_of_offers = R"sql(
select format('offer %s: capacity %s, in its stock %s', coalesce(f.id, s.offer_id), coalesce(f.capacity::text, 'none'),
  case when s.offer_id is null then 'missing' else coalesce(s.capacity::text, 'none') end)
from offers f full join offer_stock s on s.offer_id = f.id
where f.id is null or s.offer_id is null or f.capacity is distinct from s.capacity
)sql";

constexpr const char* places = R"sql(
with l as (select l.offer_id, sum(l.quantity) filter (where o.status = 2) as sold,
             sum(l.quantity) filter (where o.status = 1) as held
           from order_lines l join orders o on o.id = l.order_id
           where not l.cancelled and o.status in (1, 2) group by l.offer_id)
select format('offer %s: stock has %s sold and %s held, its orders %s and %s', offer_id, s.sold, s.held,
  coalesce(l.sold, 0), coalesce(l.held, 0))
from offer_stock s full join l using (offer_id)
where coalesce(s.sold, 0) <> coalesce(l.sold, 0) or coalesce(s.held, 0) <> coalesce(l.held, 0)
)sql";

constexpr const char* tickets_of_lines = R"sql(
with t as (select order_id, line_position, count(*) filter (where status <> 3) as tickets from tickets
           group by order_id, line_position)
select format('order %s line %s: %s of %s, order status %s, %s tickets', l.order_id, l.position, l.quantity, f.kind,
  o.status, coalesce(tickets, 0))
from order_lines l join orders o on o.id = l.order_id join offers f on f.id = l.offer_id
left join t on t.order_id = l.order_id and t.line_position = l.position
where coalesce(tickets, 0) <> case
  when o.status = 2 and not l.cancelled and f.kind in ('ticket', 'course', 'booking') then l.quantity else 0 end
)sql";

constexpr const char* benefits_of_lines = R"sql(
with b as (select order_id, line_position, count(*) as benefits from benefits group by order_id, line_position)
select format('order %s line %s: %s of %s, order status %s, %s benefits', l.order_id, l.position, l.quantity, f.kind,
  o.status, coalesce(benefits, 0))
from order_lines l join orders o on o.id = l.order_id join offers f on f.id = l.offer_id
left join b on b.order_id = l.order_id and b.line_position = l.position
where o.status in (1, 2) and not l.cancelled and coalesce(benefits, 0) <> case
  when o.status = 2 and f.kind in ('pass', 'voucher') then l.quantity else 0 end
)sql";

constexpr const char* lines_of_tickets = R"sql(
select format('ticket %s of order %s: its line %s', t.id, t.order_id,
  case when l.order_id is null then 'does not exist' else 'is of another offer' end)
from tickets t left join order_lines l on l.order_id = t.order_id and l.position = t.line_position
where l.order_id is null or l.offer_id <> t.offer_id
)sql";

constexpr const char* ticket_ids = R"sql(
select format('ticket %s belongs to %s places', id, count(*)) from tickets group by id having count(*) > 1
)sql";

// 5: beside the walk

constexpr const char* heads = R"sql(
with e as (select household_id, max(seq) as last from ledger_entries group by household_id)
select format('wallet %s: its head is not the hash of its last entry', w.household_id)
from wallets w left join e using (household_id)
left join ledger_entries l on l.household_id = e.household_id and l.seq = e.last
where w.head is distinct from coalesce(l.hash, decode(repeat('00', 32), 'hex'))
)sql";

// 6: only while a server runs (its journal's connection tells) and has run long enough to have caught up. The
// grace of 60 s can be set by the connection, so that a test need not wait.

constexpr const char* expiries = R"sql(
with grace as materialized (
  select coalesce(nullif(current_setting('foyer.audit_grace', true), '')::interval, '60 seconds') as g)
select format('order %s (%s) awaits payment, but expired at %s', id, number, expires_at)
from orders, grace where status = 1 and expires_at < now() - g and exists (
  select from pg_stat_activity where datname = current_database() and application_name like 'foyer-journal-%'
    and backend_start < now() - g)
)sql";

// Mailers look every few seconds, and take back what was claimed too long ago.
constexpr const char* leases = R"sql(
with grace as materialized (
  select coalesce(nullif(current_setting('foyer.audit_grace', true), '')::interval, '60 seconds') as g)
select format('mail %s is claimed, but its claim ran out at %s', id, leased_until)
from outbox, grace where state = 1 and leased_until < now() - g and exists (
  select from pg_stat_activity where datname = current_database() and application_name like 'foyer-journal-%'
    and backend_start < now() - g)
)sql";

// 7: what is available (balance less held) after an entry that takes something.

constexpr const char* below_zero = R"sql(
select format('entry %s of wallet %s: a buyer took it to %s', seq, household_id, balance_after - held_after)
from ledger_entries where by_kind = 1 and (amount < 0 or kind = 6) and balance_after - held_after < 0
)sql";

constexpr const char* below_floor = R"sql(
select format('entry %s of wallet %s: taken to %s, below its lowest floor %s', e.seq, e.household_id,
  e.balance_after - e.held_after, w.lowest)
from ledger_entries e join wallets w using (household_id)
where e.by_kind <> 1 and e.amount < 0 and e.balance_after - e.held_after < least(w.lowest, 0)
)sql";

// 9: numbers are given out by counters, whose last one says how many there are.

constexpr const char* invoice_numbers = R"sql(
with n as (select organisation_id, invoice_year as year, count(*) as papers, count(distinct invoice_number) as numbers,
             min(invoice_number) as first, max(invoice_number) as last
           from orders where invoice_number is not null group by organisation_id, invoice_year),
     c as (select organisation_id, year, last from paper_counters where kind = 1)
select format('organisation %s, %s: %s invoices with %s numbers from %s to %s, the last given out is %s',
  organisation_id, year, coalesce(n.papers, 0), coalesce(n.numbers, 0), coalesce(n.first, 0), coalesce(n.last, 0),
  coalesce(c.last, 0))
from n full join c using (organisation_id, year)
where n.papers is distinct from c.last or n.numbers <> n.papers or n.first <> 1 or n.last is distinct from c.last
)sql";

constexpr const char* credit_note_numbers = R"sql(
with n as (select organisation_id, year, count(*) as papers, min(number) as first, max(number) as last
           from credit_notes group by organisation_id, year),
     c as (select organisation_id, year, last from paper_counters where kind = 2)
select format('organisation %s, %s: %s credit notes with numbers from %s to %s, the last given out is %s',
  organisation_id, year, coalesce(n.papers, 0), coalesce(n.first, 0), coalesce(n.last, 0), coalesce(c.last, 0))
from n full join c using (organisation_id, year)
where n.papers is distinct from c.last or n.first <> 1 or n.last is distinct from c.last
)sql";

constexpr const char* invoices_of_orders = R"sql(
select format('order %s (%s): %s, invoice %s of %s', id, number,
  case when paid_at is null then 'not paid' else 'paid' end, coalesce(invoice_number::text, 'none'),
  coalesce(invoice_year::text, 'no year'))
from orders where (invoice_year is null) <> (invoice_number is null)
  or (invoice_number is not null) <> (kind = 1 and paid_at is not null and total > 0)
)sql";

constexpr audit_query own[] = {
    {1, "counter_accounts", counter_accounts, true},
    {1, "organisation_sums", organisation_sums, true},
    {1, "transfers", transfers},
    {2, "merged_households", merged_households},
    {2, "wallet_balances", wallet_balances, true},
    {2, "open_holds", open_holds},
    {2, "open_payments", open_payments},
    {3, "paid_in_full", paid_in_full},
    {3, "cancelled_orders", cancelled_orders},
    {3, "credit_notes", credit_notes},
    {3, "order_totals", order_totals},
    {3, "purchase_entries", purchase_entries},
    {3, "hold_entries", hold_entries},
    {3, "repayments", repayments},
    {3, "entries_of_orders", entries_of_orders},
    {4, "capacities", capacities},
    {4, "stock_of_offers", stock_of_offers},
    {4, "places", places},
    {4, "tickets_of_lines", tickets_of_lines},
    {4, "benefits_of_lines", benefits_of_lines},
    {4, "lines_of_tickets", lines_of_tickets},
    {4, "ticket_ids", ticket_ids},
    {5, "heads", heads, true},
    {6, "expiries", expiries},
    {6, "leases", leases},
    {7, "below_zero", below_zero, true},
    {7, "below_floor", below_floor, true},
    {9, "invoice_numbers", invoice_numbers},
    {9, "credit_note_numbers", credit_note_numbers},
    {9, "invoices_of_orders", invoices_of_orders},
};

std::vector<audit_query> in_order() {
  std::vector<audit_query> out(std::begin(own), std::end(own));
  const auto others = queries_of_organisations();
  out.insert(out.end(), others.begin(), others.end());
  std::stable_sort(out.begin(), out.end(),
                   [](const audit_query& a, const audit_query& b) { return a.invariant < b.invariant; });
  return out;
}

} // namespace

const char* const wallets_unseen = R"sql(
select (select count(*) from wallets where entries_count > 0) - $1::bigint +
  (select count(*) from wallets where entries_count <= 0 and (balance <> 0 or held <> 0
    or head <> decode(repeat('00', 32), 'hex')))
)sql";

std::span<const audit_query> audit_queries() {
  static const auto all = in_order();
  return all;
}

} // namespace foyer::storage
