-- Search of clients while somebody types (H4): by any part of a name, e-mail, phone, client number or username,
-- whatever the accents, with a letter mistyped. One narrow row for each household holds the words that it is found by.
-- Neither table has a policy: trigram operators are not leakproof, and under one a search would read every row. They
-- are reached through find_households alone, which takes the organisation.

create extension if not exists fuzzystrmatch;

-- What is compared: small letters without accents; hyphens and apostrophes divide words.
create function search_fold(given text) returns text language sql stable set search_path from current as $$
  select translate(lower(unaccent(normalize(coalesce(given, ''), nfc))), '-''’,;', '     ')
$$;

create table household_search (
  household_id uuid primary key,
  organisation_id uuid not null,
  status text not null,
  archived boolean not null,
  linked boolean not null,
  tags text[] not null,
  words text not null -- each once, after a blank, so that '% du%' is the start of a word
)
-- Room for a second version of every row on its page: a change of status or tags then leaves the indexes alone.
with (fillfactor = 45);
create index household_search_newest on household_search (organisation_id, household_id);

-- The words of names, each once: what a mistyped one is corrected by. Read from both ends, as one wrong letter leaves
-- one half right. Words that nobody has any more stay, and find nothing.
create table search_words (
  organisation_id uuid not null,
  word text collate "C" not null,
  primary key (organisation_id, word)
);
create index search_words_from_end on search_words (organisation_id, (reverse(word) collate "C"));

-- By index, however many: plans are made before the tables are known to be large.
create function refresh_household_search(changed uuid[]) returns void language sql set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  delete from household_search s
  where s.household_id = any(changed) and not exists (select from households h where h.id = s.household_id);

  insert into search_words
  select distinct m.organisation_id, w from members m, string_to_table(search_fold(m.first_name || ' ' || m.last_name), ' ') w
  where m.household_id = any(changed) and length(w) between 4 and 60
  order by 1, 2
  on conflict do nothing;

  insert into household_search (household_id, organisation_id, status, archived, linked, tags, words)
  select h.id, h.organisation_id, h.status, h.archived, h.account_id is not null, h.tags, coalesce(' ' || found.words, '')
  from households h
  left join accounts a on a.id = h.account_id
  cross join lateral (
    select string_agg(distinct w, ' ') as words
    from (
      select concat_ws(' ', h.number, h.email, h.username, a.username, regexp_replace(h.phone, '\D', '', 'g'))
      union all
      select concat_ws(' ', m.first_name, m.last_name, m.email, regexp_replace(m.phone, '\D', '', 'g'))
      from members m where m.household_id = h.id
    ) as parts (part), string_to_table(search_fold(part), ' ') w
    where w <> ''
  ) found
  where h.id = any(changed)
  on conflict (household_id) do update set organisation_id = excluded.organisation_id, status = excluded.status,
    archived = excluded.archived, linked = excluded.linked, tags = excluded.tags, words = excluded.words
  where (household_search.organisation_id, household_search.status, household_search.archived, household_search.linked,
         household_search.tags, household_search.words) is distinct from
        (excluded.organisation_id, excluded.status, excluded.archived, excluded.linked, excluded.tags, excluded.words)
$$;

-- Once a statement, with all the rows that it changed: an import of thousands costs little more than their words. The
-- username of an account never changes (A8).
create function search_follows_households() returns trigger language plpgsql set search_path from current as $$
begin
  if exists (select from changed) then
    perform refresh_household_search(array(select id from changed));
  end if;
  return null;
end $$;
create trigger search_insert after insert on households referencing new table as changed
  for each statement execute function search_follows_households();
-- Most changes leave the words as they are: a campaign of invitations changes the status of a hundred thousand.
create function search_follows_changed_households() returns trigger language plpgsql set search_path from current
set enable_hashjoin = on set enable_mergejoin = off set enable_seqscan = off as $$
declare
  renamed uuid[];
begin
  update household_search s
  set organisation_id = c.organisation_id, status = c.status, archived = c.archived, linked = c.account_id is not null,
    tags = c.tags
  from changed c
  where s.household_id = c.id
    and (s.organisation_id, s.status, s.archived, s.linked, s.tags) is distinct from
        (c.organisation_id, c.status, c.archived, c.account_id is not null, c.tags);
  renamed := array(
    select c.id from changed c left join former f on f.id = c.id
    where (c.number, c.email, c.username, c.phone, c.account_id) is distinct from
          (f.number, f.email, f.username, f.phone, f.account_id));
  if cardinality(renamed) > 0 then
    perform refresh_household_search(renamed);
  end if;
  return null;
end $$;
create trigger search_update after update on households referencing old table as former new table as changed
  for each statement execute function search_follows_changed_households();
create trigger search_delete after delete on households referencing old table as changed
  for each statement execute function search_follows_households();

create function search_follows_members() returns trigger language plpgsql set search_path from current as $$
begin
  if exists (select from changed) then
    perform refresh_household_search(array(select distinct household_id from changed));
  end if;
  return null;
end $$;
create trigger search_insert after insert on members referencing new table as changed
  for each statement execute function search_follows_members();
create trigger search_delete after delete on members referencing old table as changed
  for each statement execute function search_follows_members();

-- A member may move to another household.
create function search_follows_moved_members() returns trigger language plpgsql set search_path from current as $$
begin
  if exists (select from changed) then
    perform refresh_household_search(
      array(select household_id from former union select household_id from changed));
  end if;
  return null;
end $$;
create trigger search_update after update on members referencing old table as former new table as changed
  for each statement execute function search_follows_moved_members();

-- What there is already.
do $$
declare
  last uuid := '00000000-0000-0000-0000-000000000000';
  portion uuid[];
begin
  loop
    portion := array(select id from households where id > last order by id limit 10000);
    exit when cardinality(portion) = 0;
    perform refresh_household_search(portion);
    last := portion[cardinality(portion)];
  end loop;
end $$;
-- Without the list of pending entries: whoever fills it up would pay for all of them, in the journal's transaction.
create index household_search_words on household_search using gin (words gin_trgm_ops) with (fastupdate = off);

-- Words of an organisation's names that are one letter away from a word, or begin so: still being typed.
create function search_alike(house uuid, typed text) returns setof text language plpgsql stable
set search_path from current as $$
declare
  half int := length(typed) / 2;
  head text collate "C" := left(typed, half);
  tail text collate "C" := reverse(right(typed, -half));
  past constant text := chr(1114111); -- sorts after every letter
begin
  return query
  select near.word::text
  from (
    select s.word, levenshtein_less_equal(typed, s.word, 1) as far,
           min(levenshtein_less_equal(typed, s.word, 1)) over () as nearest
    from (
      select w.word from search_words w where w.organisation_id = house and w.word >= head and w.word < head || past
      union
      select w.word from search_words w
      where w.organisation_id = house and reverse(w.word) collate "C" >= tail and reverse(w.word) collate "C" < tail || past
    ) s
    where levenshtein_less_equal(typed, left(s.word, length(typed) - 1), 1) <= 1
       or levenshtein_less_equal(typed, left(s.word, length(typed)), 1) <= 1
       or levenshtein_less_equal(typed, left(s.word, length(typed) + 1), 1) <= 1
  ) near
  where near.far <= 1 or near.nearest > 1 -- a whole word, if there is one
  order by near.far, near.word
  limit 12;
end $$;

-- Whether one of these words is a letter away from what was typed, or begins or ends so (a phone without its prefix).
create function search_near(words text, typed text) returns boolean language sql immutable as $$
  select exists (
    select from string_to_table(words, ' ') w, generate_series(length(typed) - 1, length(typed) + 1) as size
    where levenshtein_less_equal(typed, left(w, size), 1) <= 1
       or levenshtein_less_equal(typed, right(w, size), 1) <= 1)
$$;

create function search_pattern(before text, typed text, after text) returns text language sql immutable as $$
  select quote_literal(before || regexp_replace(typed, '([\\%_])', '\\\1', 'g') || after)
$$;

-- The condition on `words` that one typed word makes. A word of one or two letters is the start of one: inside words
-- they are everywhere. Phones are typed with and without their prefix. Of a whole address the index is asked for the
-- part before the @ alone: many addresses share the rest.
create function search_condition(typed text, international boolean) returns text language sql immutable as $$
  select case
    when length(typed) <= 2 then 'words like ' || search_pattern('% ', typed, '%')
    when position('@' in typed) > 4 then 'words like ' || search_pattern('%', split_part(typed, '@', 1) || '@', '%')
      || ' and words || '''' like ' || search_pattern('%', typed, '%')
    when typed !~ '^[0-9]{4,}$' then 'words like ' || search_pattern('%', typed, '%')
    when international then '(words like ' || search_pattern('%', typed, '%') || ' or words like '
      || search_pattern('% 0', substr(typed, 3), '%') || ')'
    else 'words like ' || search_pattern('%', regexp_replace(typed, '^0', ''), '%')
  end
$$;

-- The same with one letter wrong. Null: the word is too short to be meant otherwise. A third of a long word may hold
-- the wrong letter, so the two others have to be found.
create function search_condition_alike(house uuid, typed text, international boolean) returns text language plpgsql stable
set search_path from current as $$
declare
  alike text;
  name text := split_part(typed, '@', 1);
  domain text := case when position('@' in typed) > 0 then substr(typed, length(name) + 1) else '' end;
  national text := case when international then substr(typed, 3) else regexp_replace(typed, '^0', '') end;
  part int;
begin
  if typed ~ '^[0-9]+$' then
    if length(national) < 9 then return null; end if;
    part := length(national) / 3;
    return format('((words like %s or words like %s or words like %s) and search_near(words, %L))',
      search_pattern('%', left(national, 2 * part), '%'),
      search_pattern('%', left(national, part), '%') || '||' || search_pattern('', right(national, -2 * part), '%'),
      search_pattern('%', right(national, -part), '%'), national);
  end if;
  if length(typed) < 4 then return null; end if;
  select string_agg('words like ' || search_pattern('% ', word, '%'), ' or ') into alike
  from search_alike(house, typed) word;
  if alike is not null then return '(' || alike || ')'; end if;
  if length(name) < 6 then return null; end if;
  part := length(name) / 3;
  return format('((words like %s or words like %s or words like %s) and search_near(words, %L))',
    search_pattern('% ', left(name, 2 * part), '%') || '||' || search_pattern('', domain, '%'),
    search_pattern('% ', left(name, part), '%') || '||' || search_pattern('', right(name, -2 * part) || domain, '%'),
    search_pattern('%', right(name, -part) || domain, '%'), typed);
end $$;

-- The newest `at_most` households of an organisation that match, older than `before`. Every word that was typed has to
-- be found; when nothing is, they are taken as mistyped by a letter: first those that no name begins with, then all.
-- Filters that are null do not filter.
create function find_households(house uuid, typed text, with_status text, with_tag text, is_linked boolean,
  is_archived boolean, with_sign int, before uuid, at_most bigint)
returns setof uuid language plpgsql stable security definer
set search_path from current set enable_seqscan = off set jit = off as $$
declare
  international boolean := typed ~ '^\s*\+';
  folded text := search_fold(typed);
  asked text[];
  filters text := '';
  older text := case when before is null then '' else format(' and household_id < %L', before) end;
  sought text;
  hits uuid[];
begin
  if with_status is not null then filters := filters || format(' and status = %L', with_status); end if;
  if with_tag is not null then filters := filters || format(' and tags @> array[%L]', with_tag); end if;
  if is_linked is not null then filters := filters || case when is_linked then ' and linked' else ' and not linked' end; end if;
  if is_archived is not null then
    filters := filters || case when is_archived then ' and archived' else ' and not archived' end;
  end if;
  if with_sign is not null then
    filters := filters || format(' and sign(coalesce((select w.balance from wallets w where w.household_id = s.household_id), 0)) = %s', with_sign);
  end if;

  if position('@' in folded) = 0 then -- the groups of a phone number
    folded := regexp_replace(folded, '(?<=\m[0-9]+)[ ./()]+(?=[0-9]+\M)', '', 'g');
  end if;
  folded := regexp_replace(folded, '[+()](?=[0-9])', '', 'g');
  asked := array(select distinct w from string_to_table(folded, ' ') w where w <> '' limit 10);
  if cardinality(asked) = 0 then
    return query execute format(
      'select household_id from household_search s where organisation_id = %L %s %s order by household_id desc limit %s',
      house, filters, older, at_most);
    return;
  end if;

  select string_agg(search_condition(w, international), ' and ') into sought from unnest(asked) w;
  hits := search_newest(house, sought, filters, older, at_most);
  if cardinality(hits) = 0 and (before is null or cardinality(search_newest(house, sought, filters, '', 1)) = 0) then
    hits := search_mistyped(house, asked, international, filters, older, at_most);
  end if;
  return query select unnest(hits);
end $$;

-- A word that many have is found soonest by looking at the newest clients one by one; one that few have, by collecting
-- all who match by their words and taking the newest of them, never the other way round.
create function search_newest(house uuid, sought text, filters text, older text, at_most bigint) returns uuid[]
language plpgsql stable set search_path from current as $$
declare
  looked_at constant int := 3000;
  hits uuid[];
  more boolean;
begin
  execute format(
    'select array(select household_id from (select * from household_search where organisation_id = %L %s
       order by household_id desc limit %s) s where %s %s limit %s)', house, older, looked_at, sought, filters, at_most)
    into hits;
  if cardinality(hits) >= at_most then return hits; end if;
  execute format(
    'select exists (select from household_search where organisation_id = %L %s order by household_id desc offset %s)',
    house, older, looked_at) into more;
  if not more then return hits; end if;
  execute format(
    'select array(select household_id from (select household_id from household_search s
       where organisation_id = %L and %s %s %s offset 0) hit order by household_id desc limit %s)',
    house, sought, filters, older, at_most) into hits;
  return hits;
end $$;

create function search_mistyped(house uuid, asked text[], international boolean, filters text, older text, at_most bigint)
returns uuid[] language plpgsql stable set search_path from current as $$
declare
  every boolean;
  sought text;
  exact text;
  alike text;
  w text;
  changed boolean;
  hits uuid[];
begin
  foreach every in array array[false, true] loop
    sought := null;
    changed := false;
    foreach w in array asked loop
      exact := search_condition(w, international);
      alike := null;
      if every or not exists (select from search_words s
                              where s.organisation_id = house and s.word >= w and s.word < w || chr(1114111)) then
        alike := search_condition_alike(house, w, international);
      end if;
      changed := changed or alike is not null;
      sought := concat_ws(' and ', sought, coalesce(alike, exact));
    end loop;
    continue when not changed;
    hits := search_newest(house, sought, filters, older, at_most);
    -- On a later page, what is found belongs to the step that found the first.
    if cardinality(hits) > 0 or (older <> '' and cardinality(search_newest(house, sought, filters, '', 1)) > 0) then
      return hits;
    end if;
  end loop;
  return '{}';
end $$;

-- Who may log in to the database may not ask for any organisation.
revoke execute on function find_households(uuid, text, text, text, boolean, boolean, int, uuid, bigint) from public;
revoke execute on function search_newest(uuid, text, text, text, bigint) from public;
