-- What the database refuses about money and administrators by itself, should the program be wrong.

-- W3: a buyer never goes below zero.
alter table ledger_entries add constraint ledger_entries_buyer
  check (by_kind <> 1 or (amount >= 0 and kind <> 6) or balance_after - held_after >= 0);

-- W3: staff never go below the deeper of the wallet's floor and their role's; of one without a role, the deepest role's.
-- Only entries that end below zero pay for the look.
create function refuse_below_floor() returns trigger language plpgsql as $$
declare
  deepest bigint;
begin
  select least(0, (select w.floor from wallets w where w.household_id = new.household_id), min(f.value::bigint))
  into deepest
  from organisations o
  cross join lateral jsonb_each_text(coalesce(o.settings::jsonb -> 'floors', '{}')) f
  left join roles r on r.organisation_id = o.id and r.account_id = new.by_account
  where o.id = new.organisation_id and (r.role is null or r.role = f.key);
  if new.balance_after - new.held_after < deepest then
    raise exception using errcode = '23514', constraint = 'wallets_floor',
      message = 'entry below the floor', detail = (new.balance_after - new.held_after) || ' is less than ' || deepest;
  end if;
  return new;
end $$;
create trigger ledger_entries_floor before insert on ledger_entries for each row
  when (new.by_kind = 2 and (new.amount < 0 or new.kind = 6) and new.balance_after - new.held_after < 0)
  execute function refuse_below_floor();

-- Also for sessions that turn triggers off as replicas do.
alter table ledger_entries enable always trigger ledger_entries_append_only;
alter table ledger_entries enable always trigger ledger_entries_never_truncated;

-- A12: an organisation keeps an administrator who can log in. Changes of roles come one after the other, those of
-- another process too: after the lock each statement of the function sees what was committed before it.
create function set_role(org uuid, whose uuid, wanted text, since timestamptz) returns void language plpgsql as $$
declare
  former text;
begin
  perform from organisations where id = org for no key update;
  select role into former from roles where organisation_id = org and account_id = whose;
  if wanted is null then
    delete from roles where organisation_id = org and account_id = whose;
  else
    insert into roles (organisation_id, account_id, role, created_at) values (org, whose, wanted, since)
    on conflict (organisation_id, account_id) do update set role = excluded.role;
  end if;
  if former = 'administrator' and wanted is distinct from 'administrator' and not exists (
      select from roles r join accounts a on a.id = r.account_id and a.state = 'active'
      where r.organisation_id = org and r.account_id <> whose and r.role = 'administrator') then
    perform guard('administrator', 0, 1);
  end if;
end $$;
