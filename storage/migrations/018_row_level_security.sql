-- How the database itself keeps tenants apart (QUALITY, "tenants"): beside the WHERE of every statement, a connection that
-- reads for one organisation is shown that organisation's rows alone, even where a WHERE was forgotten.
--
-- Every table with an organisation_id has row-level security, forced, and two policies. `tenant`, for everybody: the rows
-- of the organisation that the transaction names in foyer.organisation, none without. `platform`, for the tables' owner:
-- every row; that is the role of the journal, the mailers and whatever else works for all houses at once. It is the
-- constant true, which the planner drops, so that writers pay nothing.
-- Connections that read for a tenant take on a role of their own, `<owner>_tenant`, that owns nothing and may only read.
-- Where the owner can't make that role, nor was given it, they say foyer.tenant_only=on instead, and the owner's policy
-- asks for that.

-- The role that reads for tenants, if this login may take it on.
create function tenant_role() returns text language sql stable set search_path from current as $$
  select r.rolname::text
  from pg_class c join pg_roles o on o.oid = c.relowner join pg_roles r on r.rolname = left(o.rolname, 56) || '_tenant'
  where c.oid = 'households'::regclass and not r.rolcanlogin and not r.rolsuper and not r.rolbypassrls
    and not pg_has_role(r.oid, o.oid, 'member') and pg_has_role(session_user, r.oid, 'member')
    and has_table_privilege(r.oid, c.oid, 'select')
$$;

-- Says that from now on this connection reads for tenants. Refused where it would be shown more.
create function read_for_tenants() returns void language plpgsql as $$
declare
  reader text := tenant_role();
begin
  perform set_config('foyer.tenant_only', 'on', false);
  if reader is not null then
    perform set_config('role', reader, false);
  elsif (select rolsuper or rolbypassrls from pg_roles where rolname = current_user)
      or exists (select from pg_policies where schemaname = current_schema() and policyname = 'platform' and qual = 'true') then
    raise exception using errcode = '42501', message = 'tenants are not kept apart for this role',
      hint = 'start Foyer anew, or see what the database''s role needs in its README';
  end if;
end $$;

-- Tables of tenants: all with an organisation_id, and the organisations themselves. Those of the search are not: trigram
-- operators are not leakproof (007_search.sql). The tenants' role may not look at them; find_households does.
create function tenant_tables() returns table (which regclass, tenant name)
language sql stable set search_path from current as $$
  select c.oid::regclass, a.attname
  from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
    and a.attname = case when c.relname = 'organisations' then 'id' else 'organisation_id' end
    and c.relname not in ('household_search', 'search_words')
  order by c.relname
$$;

-- Makes all of this true, also for tables that a later migration adds: the program calls it after the migrations, at each
-- start. Changes nothing where nothing is missing.
create function guard_tenants() returns void language plpgsql set search_path from current as $$
declare
  owner oid := (select relowner from pg_class where oid = 'households'::regclass);
  owner_name name := (select rolname from pg_roles where oid = owner);
  reader text := left(owner_name, 56) || '_tenant';
  everything text := 'true';
  it record;
  has pg_policies;
begin
  -- Who may make roles makes it; elsewhere an administrator may have.
  begin
    if not exists (select from pg_roles where rolname = reader) then
      execute format('create role %I nologin', reader);
    end if;
    if exists (select from pg_roles where rolname = reader and rolcanlogin) then
      raise insufficient_privilege; -- somebody else's
    end if;
    if not exists (select from pg_auth_members m join pg_roles r on r.oid = m.roleid
                   where r.rolname = reader and m.member = owner) then
      execute format('grant %I to %I', reader, owner_name);
    end if;
  exception when insufficient_privilege or duplicate_object or unique_violation then
    null;
  end;
  if not exists (select from pg_roles r where r.rolname = reader and not r.rolcanlogin and not r.rolsuper and not r.rolbypassrls
                   and pg_has_role(owner, r.oid, 'member') and not pg_has_role(r.oid, owner, 'member')) then
    reader := null;
    everything := '(current_setting(''foyer.tenant_only''::text, true) IS DISTINCT FROM ''on''::text)';
  end if;

  for it in
    select t.which, t.tenant, c.relname, c.relrowsecurity and c.relforcerowsecurity as forced
    from tenant_tables() t join pg_class c on c.oid = t.which
  loop
    if not it.forced then
      execute format('alter table %s enable row level security, force row level security', it.which);
    end if;
    if not exists (select from pg_policy where polrelid = it.which and polname = 'tenant') then
      -- Looked up once a statement, and never by index: plans are made before the tables are known to be large, and one
      -- that went by the organisation alone would look at all of its rows for each that a join asks for.
      execute format('create policy tenant on %s using ((%I = (select nullif(current_setting(''foyer.organisation'', true),
        '''')::uuid)) is true)', it.which, it.tenant);
    end if;
    select * into has from pg_policies p
    where p.schemaname = current_schema() and p.tablename = it.relname and p.policyname = 'platform';
    if has.roles is distinct from array[owner_name] or has.qual <> everything then
      if has.policyname is not null then
        execute format('drop policy platform on %s', it.which);
      end if;
      execute format('create policy platform on %s to %I using (%s)', it.which, owner_name, everything);
    end if;
    if reader is not null and not has_table_privilege(reader, it.which, 'select') then
      execute format('grant select on %s to %I', it.which, reader);
    end if;
  end loop;

  if reader is null then return; end if;
  if not has_schema_privilege(reader, current_schema(), 'usage') then
    execute format('grant usage on schema %I to %I', current_schema(), reader);
  end if;
  -- What belongs to no tenant and is shown beside what does; never what a password is checked by.
  for it in
    select a.attrelid::regclass as which, string_agg(quote_ident(a.attname), ', ') as columns from pg_attribute a
    where a.attrelid in ('accounts'::regclass, 'suppressed_addresses'::regclass) and a.attnum > 0 and not a.attisdropped
      and a.attname not in ('password_hash', 'registration_hash', 'security')
      and not has_column_privilege(reader, a.attrelid, a.attnum, 'select')
    group by a.attrelid
  loop
    execute format('grant select (%s) on %s to %I', it.columns, it.which, reader);
  end loop;
  for it in select oid::regprocedure as which from pg_proc
            where pronamespace = current_schema()::regnamespace and proname = 'find_households'
              and not has_function_privilege(reader, oid, 'execute')
  loop
    execute format('grant execute on function %s to %I', it.which, reader);
  end loop;
end $$;
revoke execute on function guard_tenants() from public;
