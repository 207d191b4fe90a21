-- Two households of one client become one (H9), and link by that way (H7).

-- Where everything of an emptied household went.
alter table households add column merged_into uuid references households
  check (merged_into is null or (archived and account_id is null));
create index households_merged_into on households (merged_into) where merged_into is not null;

-- How both were, so that it can be undone exactly; and what they have to be still, so that it may be.
create table household_merges (
  organisation_id uuid not null references organisations,
  id uuid primary key,
  into_id uuid not null references households,
  from_id uuid not null references households,
  cause smallint not null check (cause between 1 and 3),
  moved bigint not null,
  into_version bigint not null,
  from_version bigint not null,
  into_entries bigint not null,
  from_entries bigint not null,
  into_orders bigint not null,
  into_before jsonb not null,
  from_before jsonb not null,
  into_members jsonb not null,
  from_members jsonb not null,
  opted_out boolean not null, -- the wish for no invitations came along
  by_account uuid,
  at timestamptz not null,
  undone_at timestamptz,
  undone_by uuid,
  check (into_id <> from_id)
);
create index household_merges_into on household_merges (into_id, id);
create unique index household_merges_from on household_merges (from_id) where undone_at is null;

create table merged_orders (
  organisation_id uuid not null,
  merge_id uuid not null references household_merges,
  order_id uuid not null,
  version bigint not null, -- afterwards
  primary key (merge_id, order_id)
);
create index merged_orders_order on merged_orders (order_id);

-- Which rows of the other tables went along.
create table merged_rows (
  organisation_id uuid not null,
  merge_id uuid not null references household_merges,
  table_name text not null,
  ids uuid[] not null,
  primary key (merge_id, table_name)
);

-- The tables with rows of a household (columns id and household_id) that go where the household goes, the members
-- last: what belongs to a member follows it. A table of a later version is named here by a new definition.
create function merged_tables() returns text[] language sql immutable as $$
  select array['skills', 'membership_cards', 'documents', 'outbox', 'invoices', 'members']
$$;

create function move_rows(which text, source uuid, target uuid) returns uuid[] language plpgsql set search_path from current as $$
declare
  ids uuid[];
begin
  if not exists (select from pg_attribute where attrelid = to_regclass(which) and attname = 'household_id') then
    return '{}';
  end if;
  execute format('with moved as (update %I set household_id = $2 where household_id = $1 returning id)
                  select coalesce(array_agg(id), ''{}'') from moved', which) using source, target into ids;
  return ids;
end $$;

-- Stands before the rows of both households, which follow in the same transaction (journal_cold_merge.cpp).
create function merge_households(org uuid, merge uuid, target uuid, source uuid, why smallint, sum bigint,
  target_version bigint, source_version bigint, target_entries bigint, source_entries bigint, who uuid, since timestamptz)
returns void language plpgsql set search_path from current as $$
declare
  which text;
  ids uuid[];
  wish boolean;
  changed bigint;
begin
  with moved as (
    insert into invitation_opt_outs (household_id, organisation_id, at)
    select target, org, at from invitation_opt_outs where household_id = source
    on conflict do nothing returning 1)
  select exists (select from moved) into wish;

  insert into household_merges (organisation_id, id, into_id, from_id, cause, moved, into_version, from_version,
    into_entries, from_entries, into_orders, into_before, from_before, into_members, from_members, opted_out, by_account, at)
  select org, merge, target, source, why, sum, target_version, source_version, target_entries, source_entries,
    (select count(*) from orders where household_id in (target, source)), to_jsonb(t), to_jsonb(s),
    (select coalesce(jsonb_agg(to_jsonb(m) order by m.position), '[]') from members m where m.household_id = target),
    (select coalesce(jsonb_agg(to_jsonb(m) order by m.position), '[]') from members m where m.household_id = source),
    wish, who, since
  from households t, households s
  where t.id = target and s.id = source and t.organisation_id = org and s.organisation_id = org
    and t.merged_into is null and s.merged_into is null;
  get diagnostics changed = row_count;
  perform guard('merge', 1, changed);

  with moved as (
    update orders set household_id = target, version = version + 1 where household_id = source returning id, version)
  insert into merged_orders (organisation_id, merge_id, order_id, version) select org, merge, id, version from moved;
  update tickets t set household_id = target from merged_orders m where m.merge_id = merge and t.order_id = m.order_id;
  update benefits b set household_id = target from merged_orders m where m.merge_id = merge and b.order_id = m.order_id;

  foreach which in array merged_tables() loop
    ids := move_rows(which, source, target);
    if cardinality(ids) > 0 then
      insert into merged_rows (organisation_id, merge_id, table_name, ids) values (org, merge, which, ids);
    end if;
  end loop;
  update households set archived = true, account_id = null, merged_into = target where id = source;
end $$;

create function undo_merge(org uuid, merge uuid, target uuid, source uuid, who uuid, since timestamptz)
returns void language plpgsql set search_path from current as $$
declare
  it household_merges;
  moved merged_rows;
  entry bigint;
begin
  select * into it from household_merges
  where organisation_id = org and id = merge and into_id = target and from_id = source and undone_at is null for update;
  perform guard('merge', 1, case when found then 1 else 0 end);
  -- Nothing newer: every order is there as it was, and no other.
  perform guard('orders', 0, (
    select count(*) from merged_orders m left join orders o on o.id = m.order_id
    where m.merge_id = merge and (o.version, o.household_id) is distinct from (m.version, target)));
  perform guard('orders', it.into_orders, (select count(*) from orders where household_id = target));

  update orders o set household_id = source, version = o.version + 1
  from merged_orders m where m.merge_id = merge and o.id = m.order_id;
  update tickets t set household_id = source from merged_orders m where m.merge_id = merge and t.order_id = m.order_id;
  update benefits b set household_id = source from merged_orders m where m.merge_id = merge and b.order_id = m.order_id;
  for moved in select * from merged_rows where merge_id = merge loop
    execute format('update %I set household_id = $1 where id = any($2)', moved.table_name) using source, moved.ids;
  end loop;
  if it.opted_out then
    delete from invitation_opt_outs where household_id = target;
  end if;
  update households set merged_into = null where id = source;
  update households set account_id = null where id = target;
  update household_merges set undone_at = since, undone_by = who where id = merge;

  -- Earlier merges into either of the two, on which nothing but this one depended, can be undone next.
  entry := case when it.moved = 0 then 0 else 1 end;
  update household_merges m set into_version = it.from_version + 1, into_entries = it.from_entries + entry
  where m.into_id = source and m.undone_at is null and m.into_version = (it.from_before ->> 'version')::bigint
    and m.into_entries = it.from_entries - entry;
  update household_merges m set into_version = it.into_version + 1, into_entries = it.into_entries + entry
  where m.into_id = target and m.undone_at is null and m.into_version = (it.into_before ->> 'version')::bigint
    and m.into_entries = it.into_entries - entry;
  update merged_orders g set version = m.version + 1
  from merged_orders m, household_merges h
  where m.merge_id = merge and g.order_id = m.order_id and g.merge_id <> merge and g.version = m.version - 1
    and h.id = g.merge_id and h.undone_at is null;
end $$;

-- Likely duplicates (H9): same e-mail, or same name with same birth date or phone. What a client could be taken for
-- stands here once for each, and whether somebody else has the same, so that a page is read from the shared ones alone.
create table household_duplicate_keys (
  organisation_id uuid not null,
  household_id uuid not null references households on delete cascade,
  key uuid not null, -- MD5 of what is the same
  kind smallint not null check (kind between 1 and 3), -- e-mail, name and birth date, name and phone
  shared boolean not null default false,
  primary key (household_id, key)
);
create index household_duplicate_keys_key on household_duplicate_keys (organisation_id, key, household_id);
create index household_duplicate_keys_shared on household_duplicate_keys (organisation_id, key) where shared;

create function duplicate_keys_of(which uuid[])
returns table (organisation_id uuid, household_id uuid, key uuid, kind smallint)
language sql stable set search_path from current as $$
  select distinct on (h.id, k.key) h.organisation_id, h.id, k.key, k.kind
  from households h
  left join members m on m.id = h.responsible_id
  cross join lateral (select search_fold(m.first_name || ' ' || m.last_name) as name) n
  cross join lateral (
    select md5('e' || h.email_key)::uuid as key, 1::smallint as kind where h.email_key is not null
    union all
    select md5('b' || n.name || '|' || m.birth_date)::uuid, 2::smallint where m.birth_date is not null and n.name <> ''
    union all
    -- With the prefix of a country or without.
    select md5('p' || n.name || '|' || right(digits, 8))::uuid, 3::smallint
    from unnest(array[h.phone, m.phone]) phone, regexp_replace(phone, '\D', '', 'g') digits
    where n.name <> '' and length(digits) >= 6
  ) k
  where h.id = any(which) and not h.archived
  order by h.id, k.key
$$;

-- Sets are looked up hashed (not in), tables by index, so that thousands at once cost no more than one by one.
create function refresh_duplicate_keys(which uuid[]) returns void language plpgsql set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  with gone as (
    delete from household_duplicate_keys k
    where k.household_id = any(which)
      and (k.household_id, k.key) not in (select f.household_id, f.key from duplicate_keys_of(which) f)
    returning k.organisation_id, k.key, k.household_id, k.shared)
  -- Who stays behind alone shares nothing any more; of two that stay the second tells that nothing changes.
  update household_duplicate_keys k set shared = false
  from (select distinct g.organisation_id, g.key from gone g where g.shared) g
  cross join lateral (
    select min(s.household_id::text)::uuid as household_id from (
      select o.household_id from household_duplicate_keys o
      where o.organisation_id = g.organisation_id and o.key = g.key
        and (o.household_id, o.key) not in (select household_id, key from gone)
      order by o.household_id limit 2) s
    having count(*) = 1) alone
  where k.household_id = alone.household_id and k.key = g.key;
  insert into household_duplicate_keys (organisation_id, household_id, key, kind)
  select f.organisation_id, f.household_id, f.key, f.kind from duplicate_keys_of(which) f
  on conflict do nothing;
  update household_duplicate_keys k
  set shared = not k.shared
  where k.household_id = any(which)
    and k.shared <> exists (select from household_duplicate_keys o
                            where o.organisation_id = k.organisation_id and o.key = k.key and o.household_id <> k.household_id);
  -- Who was alone until now. Where more have the same they share it already, and are not all looked at: somebody's
  -- joining costs the same however many they are. Two are, since of two who came in one moment neither saw the other.
  update household_duplicate_keys k
  set shared = true
  from (select distinct m.organisation_id, m.key from household_duplicate_keys m where m.household_id = any(which)) t
  cross join lateral (
    select o.household_id from household_duplicate_keys o
    where o.organisation_id = t.organisation_id and o.key = t.key and o.household_id not in (select unnest(which))
    order by o.household_id limit 2) other
  where k.household_id = other.household_id and k.key = t.key and not k.shared;
end $$;

-- A household is never without members when its statement ends, so that their coming tells of both.
create function duplicates_follow_members() returns trigger language plpgsql set search_path from current as $$
begin
  if exists (select from changed) then
    perform refresh_duplicate_keys(array(select distinct household_id from changed));
  end if;
  return null;
end $$;
create trigger duplicates_insert after insert on members referencing new table as changed
  for each statement execute function duplicates_follow_members();
create function duplicates_follow_changed_members() returns trigger language plpgsql set search_path from current as $$
declare
  which uuid[];
begin
  which := array(
    select c.household_id from changed c join former f on f.id = c.id
    where (c.household_id, c.first_name, c.last_name, c.birth_date, c.phone) is distinct from
          (f.household_id, f.first_name, f.last_name, f.birth_date, f.phone)
    union
    select f.household_id from changed c join former f on f.id = c.id where c.household_id <> f.household_id);
  if cardinality(which) > 0 then
    perform refresh_duplicate_keys(which);
  end if;
  return null;
end $$;
create trigger duplicates_update after update on members referencing old table as former new table as changed
  for each statement execute function duplicates_follow_changed_members();
create function duplicates_follow_households() returns trigger language plpgsql set search_path from current as $$
declare
  which uuid[];
begin
  which := array(
    select c.id from changed c join former f on f.id = c.id
    where (c.email_key, c.phone, c.archived, c.responsible_id) is distinct from
          (f.email_key, f.phone, f.archived, f.responsible_id));
  if cardinality(which) > 0 then
    perform refresh_duplicate_keys(which);
  end if;
  return null;
end $$;
create trigger duplicates_update after update on households referencing old table as former new table as changed
  for each statement execute function duplicates_follow_households();

do $$
declare
  last uuid := '00000000-0000-0000-0000-000000000000';
  portion uuid[];
begin
  loop
    portion := array(select id from households where id > last order by id limit 10000);
    exit when cardinality(portion) = 0;
    perform refresh_duplicate_keys(portion);
    last := portion[cardinality(portion)];
  end loop;
end $$;

-- A page of them, by key. The same households under several keys are told once, with all the reasons.
create function likely_duplicates(house uuid, after uuid, at_most bigint)
returns table (key uuid, reasons text[], households uuid[]) language plpgsql stable set search_path from current
set enable_seqscan = off set enable_sort = off set enable_hashagg = off set jit = off as $$
#variable_conflict use_column
declare
  names constant text[] := array['email', 'name_and_birth_date', 'name_and_phone'];
  -- More households than anybody looks at side by side.
  shown_max constant int := 50;
  found_count bigint := 0;
  it record;
  clients uuid[];
  others record;
begin
  for it in
    select distinct k.key from household_duplicate_keys k
    where k.organisation_id = house and k.shared and (after is null or k.key > after) order by k.key
  loop
    clients := array(select k.household_id from household_duplicate_keys k
                     where k.organisation_id = house and k.key = it.key order by k.household_id limit shown_max);
    select array_agg(distinct names[s.kind]) as reasons, min(s.key::text)::uuid as first into others
    from (
      select k.key, k.kind,
        array(select o.household_id from household_duplicate_keys o
              where o.organisation_id = house and o.key = k.key order by o.household_id limit shown_max) as clients
      from household_duplicate_keys k where k.household_id = clients[1] and k.shared) s
    where s.clients = clients;
    continue when others.first <> it.key;
    key := it.key;
    reasons := others.reasons;
    households := clients;
    return next;
    found_count := found_count + 1;
    exit when found_count >= at_most;
  end loop;
end $$;
