#include "storage/audit_queries.hpp"

// Invariant 8: what belongs together is of one organisation. The tables of the hot path have no foreign keys,
// so a missing row is told here too.

namespace foyer::storage {
namespace {

constexpr const char* organisations_of_wallets = R"sql(
select format('wallet %s of organisation %s: its household is of %s', w.household_id, w.organisation_id,
  coalesce(h.organisation_id::text, 'nobody'))
from wallets w left join households h on h.id = w.household_id
where h.organisation_id is distinct from w.organisation_id
union all
select format('entry %s of wallet %s is of organisation %s, its order of %s', e.seq, e.household_id,
  e.organisation_id, o.organisation_id)
from ledger_entries e join orders o on o.id = e.order_id where o.organisation_id <> e.organisation_id
)sql";

constexpr const char* organisations_of_entries = R"sql(
select format('entry %s of wallet %s is of organisation %s, its wallet of %s', e.seq, e.household_id,
  e.organisation_id, coalesce(w.organisation_id::text, 'nobody'))
from ledger_entries e left join wallets w using (household_id)
where w.organisation_id is distinct from e.organisation_id
)sql";

constexpr const char* organisations_of_orders = R"sql(
select format('order %s of organisation %s: its household is of %s', o.id, o.organisation_id,
  coalesce(h.organisation_id::text, 'nobody'))
from orders o left join households h on h.id = o.household_id
where o.household_id is not null and h.organisation_id is distinct from o.organisation_id
union all
select format('order %s of organisation %s: its point of sale is of %s', o.id, o.organisation_id,
  coalesce(s.organisation_id::text, 'nobody'))
from orders o left join shops s on s.id = o.shop_id where s.organisation_id is distinct from o.organisation_id
union all
select format('order %s line %s of organisation %s: its order is of %s, its offer of %s', l.order_id, l.position,
  l.organisation_id, coalesce(o.organisation_id::text, 'nobody'), coalesce(f.organisation_id::text, 'nobody'))
from order_lines l left join orders o on o.id = l.order_id left join offers f on f.id = l.offer_id
where o.organisation_id is distinct from l.organisation_id or f.organisation_id is distinct from l.organisation_id
union all
select format('order %s payment %s of organisation %s: its order is of %s', p.order_id, p.position, p.organisation_id,
  coalesce(o.organisation_id::text, 'nobody'))
from payments p left join orders o on o.id = p.order_id where o.organisation_id is distinct from p.organisation_id
union all
select format('ticket %s of organisation %s: its order is of %s', t.id, t.organisation_id,
  coalesce(o.organisation_id::text, 'nobody'))
from tickets t left join orders o on o.id = t.order_id where o.organisation_id is distinct from t.organisation_id
union all
select format('credit note %s of organisation %s: its order is of %s, a refund of %s', n.id, n.organisation_id,
  o.organisation_id, r.organisation_id)
from credit_notes n join orders o on o.id = n.order_id left join refunds r on r.credit_note_id = n.id
where o.organisation_id <> n.organisation_id or r.organisation_id <> n.organisation_id or r.order_id <> n.order_id
union all
select format('benefit %s of organisation %s: its order is of %s', b.id, b.organisation_id,
  coalesce(o.organisation_id::text, 'nobody'))
from benefits b left join orders o on o.id = b.order_id where o.organisation_id is distinct from b.organisation_id
)sql";

constexpr const char* organisations_of_others = R"sql(
select format('member %s of organisation %s: its household is of %s', m.id, m.organisation_id, h.organisation_id)
from members m join households h on h.id = m.household_id where h.organisation_id <> m.organisation_id
union all
select format('the stock of offer %s is of organisation %s, the offer of %s', s.offer_id, s.organisation_id,
  f.organisation_id)
from offer_stock s join offers f on f.id = s.offer_id where f.organisation_id <> s.organisation_id
union all
select format('session %s of organisation %s: its household is of %s', s.id, s.organisation_id, h.organisation_id)
from sessions s join households h on h.id = s.household_id where h.organisation_id <> s.organisation_id
union all
select format('link %s of organisation %s: its household is of %s', t.id, t.organisation_id, h.organisation_id)
from tokens t join households h on h.id = t.household_id where h.organisation_id <> t.organisation_id
union all
select format('deadline %s of organisation %s: its order is of %s', d.id, d.organisation_id, o.organisation_id)
from deadlines d join orders o on o.id = d.entity_id where d.kind = 3 and o.organisation_id <> d.organisation_id
union all
select format('merge %s of organisation %s: its households are of %s and %s', m.id, m.organisation_id, t.organisation_id,
  f.organisation_id)
from household_merges m join households t on t.id = m.into_id join households f on f.id = m.from_id
where t.organisation_id <> m.organisation_id or f.organisation_id <> m.organisation_id
union all
select format('order %s moved with merge %s of organisation %s, is of %s', g.order_id, g.merge_id, g.organisation_id,
  coalesce(o.organisation_id::text, 'nobody'))
from merged_orders g left join orders o on o.id = g.order_id where o.organisation_id is distinct from g.organisation_id
union all
select format('lines of import %s are of organisation %s, the import of %s', l.import_id, l.organisation_id,
  coalesce(i.organisation_id::text, 'nobody'))
from (select import_id, organisation_id from import_lines union select import_id, organisation_id from import_parts) l
left join imports i on i.id = l.import_id where i.organisation_id is distinct from l.organisation_id
union all
select format('recipient %s of campaign %s is of organisation %s, the campaign of %s, the household of %s',
  r.household_id, r.campaign_id, r.organisation_id, coalesce(c.organisation_id::text, 'nobody'), h.organisation_id)
from campaign_recipients r left join campaigns c on c.id = r.campaign_id left join households h on h.id = r.household_id
where c.organisation_id is distinct from r.organisation_id or h.organisation_id <> r.organisation_id
union all
select format('mail %s of organisation %s: its household is of %s', o.id, o.organisation_id, h.organisation_id)
from outbox o join households h on h.id = o.household_id where h.organisation_id is distinct from o.organisation_id
)sql";

constexpr const char* organisations_of_files = R"sql(
with file as (
  select 'skill' as what, id, organisation_id, household_id, member_id from skills
  union all select 'card', id, organisation_id, household_id, member_id from membership_cards
  union all select 'document', id, organisation_id, household_id, member_id from documents)
select format('%s %s of organisation %s: its household is of %s, its member of household %s', f.what, f.id, f.organisation_id,
  h.organisation_id, m.household_id)
from file f join households h on h.id = f.household_id left join members m on m.id = f.member_id
where h.organisation_id <> f.organisation_id or m.household_id <> f.household_id
union all
select format('document %s of organisation %s has parts of %s', d.id, d.organisation_id, p.organisation_id)
from document_parts p join documents d on d.id = p.document_id where p.organisation_id <> d.organisation_id
union all
select format('%s of order %s of organisation %s, the order is of %s', e.what, e.order_id, e.organisation_id,
  coalesce(o.organisation_id::text, 'nobody'))
from (select 'enrolment' as what, order_id, organisation_id from hand_enrolments
      union all select 'presence', order_id, organisation_id from attendances) e
left join orders o on o.id = e.order_id where o.organisation_id is distinct from e.organisation_id
union all
select format('deadline %s of organisation %s: its household is of %s', d.id, d.organisation_id, h.organisation_id)
from deadlines d join households h on h.id = d.entity_id where d.kind = 4 and h.organisation_id <> d.organisation_id
)sql";

constexpr audit_query all[] = {
    {8, "organisations_of_wallets", organisations_of_wallets},
    {8, "organisations_of_wallets", organisations_of_entries, true},
    {8, "organisations_of_orders", organisations_of_orders},
    {8, "organisations_of_others", organisations_of_others},
    {8, "organisations_of_files", organisations_of_files},
};

} // namespace

std::span<const audit_query> queries_of_organisations() {
  return all;
}

} // namespace foyer::storage
