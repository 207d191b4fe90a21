-- Whose unpaid places count (H3), what staff may record for a client in debt (W3), and no order for a household that
-- another process has just merged (H9).

-- Of a guest, who only typed the address by which the household was found. Those that await payment now and have no
-- account count as such: it frees a client rather than block one.
alter table orders add column by_guest boolean not null default false;
update orders o set by_guest = true
from shops s where s.id = o.shop_id and s.kind = 'online' and o.account_id is null and o.status = 1 and o.kind = 1;

-- W3, as before, but for what completes an order whose money was put aside: the same commit sets it free one entry
-- before, and together they leave as much as there was. So cash is taken for such an order however deep the client's
-- debt has become since.
create or replace function refuse_below_floor() returns trigger language plpgsql as $$
declare
  deepest bigint;
  left_over constant bigint := new.balance_after - new.held_after;
begin
  if new.kind = 2 and new.order_id is not null and exists (
      select from ledger_entries freed
      join ledger_entries before on before.household_id = freed.household_id and before.seq = freed.seq - 1
      where freed.household_id = new.household_id and freed.seq = new.seq - 1 and freed.kind = 7
        and freed.order_id = new.order_id and freed.by_kind = new.by_kind and freed.at = new.at
        and freed.by_account is not distinct from new.by_account
        and left_over >= before.balance_after - before.held_after) then
    return new;
  end if;
  select least(0, (select w.floor from wallets w where w.household_id = new.household_id), min(f.value::bigint))
  into deepest
  from organisations o
  cross join lateral jsonb_each_text(coalesce(o.settings::jsonb -> 'floors', '{}')) f
  left join roles r on r.organisation_id = o.id and r.account_id = new.by_account
  where o.id = new.organisation_id and (r.role is null or r.role = f.key);
  if left_over < deepest then
    raise exception using errcode = '23514', constraint = 'wallets_floor',
      message = 'entry below the floor', detail = left_over || ' is less than ' || deepest;
  end if;
  return new;
end $$;

-- H9: what is written for these households stands as long as they do. Who merges one locks its row before moving what
-- it has (journal_cold_merge.cpp), so that of a merge and an order that come at once, in whatever processes, the order
-- goes along or is refused. A lock of the key waits for no other change of a client.
create function keep_households(which uuid[]) returns void language plpgsql set search_path from current as $$
declare
  standing bigint;
begin
  perform from households where id = any(which) and merged_into is null order by id for key share;
  get diagnostics standing = row_count;
  if standing <> cardinality(which) then
    raise exception using errcode = '23514', constraint = 'households_merged',
      message = 'a household was merged into another';
  end if;
end $$;
