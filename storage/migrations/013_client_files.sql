-- A client's file beside the household (H8): skills, membership cards, documents; enrolments by hand and presence (H13);
-- open courses (H12).

create table skills (
  organisation_id uuid not null references organisations,
  id uuid primary key,
  household_id uuid not null references households on delete cascade,
  member_id uuid not null references members on delete cascade,
  name text not null check (name <> ''),
  note text not null default '',
  valid_until date,
  created_at timestamptz not null
);
create index skills_household on skills (household_id, id);
create index skills_member on skills (member_id);

create table membership_cards (
  organisation_id uuid not null references organisations,
  id uuid primary key,
  household_id uuid not null references households on delete cascade,
  member_id uuid references members on delete set null,
  holder text not null,
  title text not null,
  offer_id uuid,
  order_id uuid,
  line_position smallint not null default 0,
  place smallint not null default 0,
  number text not null,
  valid_from date,
  valid_until date,
  cancelled boolean not null default false,
  created_at timestamptz not null,
  constraint membership_cards_number unique (organisation_id, number)
);
create index membership_cards_household on membership_cards (household_id, id);
create index membership_cards_member on membership_cards (member_id) where member_id is not null;
-- A place makes one card, however often its order is completed.
create unique index membership_cards_place on membership_cards (order_id, line_position, place) where order_id is not null;

create table documents (
  organisation_id uuid not null references organisations,
  id uuid primary key,
  household_id uuid not null references households on delete cascade,
  member_id uuid references members on delete set null,
  name text not null check (name <> ''),
  media_type text not null check (media_type in ('application/pdf', 'image/png', 'image/jpeg')),
  kind text not null check (kind in ('tax_receipt', 'other')),
  year int check (year between 1900 and 9999),
  size bigint not null check (size > 0),
  hash bytea not null,
  shown boolean not null,
  -- False while its parts are being written; a crash leaves it so, and the next day clears it away.
  complete boolean not null,
  created_by uuid,
  created_at timestamptz not null
);
create index documents_household on documents (household_id, id);
create index documents_member on documents (member_id) where member_id is not null;
create index documents_incomplete on documents (created_at) where not complete;

-- In parts, so that neither writing nor reading one takes more memory than a part, nor holds up the journal.
create table document_parts (
  organisation_id uuid not null references organisations,
  document_id uuid not null references documents on delete cascade,
  position int not null check (position >= 0),
  bytes bytea not null,
  primary key (document_id, position)
);
alter table document_parts alter column bytes set storage external; -- PDF, PNG and JPEG are compressed already

-- What a member has moves with the member to another household.
create function files_follow_members() returns trigger language plpgsql as $$
begin
  update skills set household_id = new.household_id where member_id = new.id;
  update membership_cards set household_id = new.household_id where member_id = new.id;
  update documents set household_id = new.household_id where member_id = new.id;
  return null;
end $$;
create trigger files_follow_members after update of household_id on members
  for each row when (new.household_id <> old.household_id) execute function files_follow_members();

-- A membership that is given back ends its cards.
create function cancel_cards() returns trigger language plpgsql as $$
begin
  if tg_table_name = 'order_lines' then
    update membership_cards set cancelled = true
    where order_id = new.order_id and line_position = new.position and not cancelled;
  else
    update membership_cards set cancelled = true where order_id = new.id and not cancelled;
  end if;
  return null;
end $$;
create trigger cancel_cards after update of cancelled on order_lines
  for each row when (new.cancelled and not old.cancelled) execute function cancel_cards();
create trigger cancel_cards after update of status on orders
  for each row when (new.status in (3, 4) and old.status = 2) execute function cancel_cards();

create table hand_enrolments (
  organisation_id uuid not null,
  order_id uuid primary key,
  kind text not null check (kind in ('free', 'paid_elsewhere', 'open_course')),
  reason text not null,
  by_account uuid,
  at timestamptz not null
);
create index hand_enrolments_organisation on hand_enrolments (organisation_id);

create table attendances (
  organisation_id uuid not null,
  order_id uuid not null,
  position smallint not null,
  day date not null,
  present boolean not null,
  by_account uuid,
  at timestamptz not null,
  primary key (order_id, position, day)
);

-- The participants of an offer (H13). Ids grow with time and an offer is older than its tickets, so that this small
-- index spares a look at all those before; one by offer would cost every order of a rush.
create index tickets_age on tickets using brin (id) with (pages_per_range = 32);

-- H12: each new household of an organisation that has open courses is due to join them, whoever wrote it.
alter table offers add column auto_enrol boolean
  generated always as (coalesce((details::jsonb ->> 'auto_enrol')::boolean, false)) stored;
create index offers_open on offers (organisation_id) where auto_enrol and not archived;

create function newcomers_join_open_courses() returns trigger language plpgsql as $$
begin
  insert into deadlines (id, kind, entity_id, organisation_id, due_at)
  select gen_random_uuid(), 4, n.id, n.organisation_id, now() from newcomers n
  where not n.archived
    and exists (select from offers o where o.organisation_id = n.organisation_id and o.auto_enrol and not o.archived);
  return null;
end $$;
create trigger newcomers_join_open_courses after insert on households referencing new table as newcomers
  for each statement execute function newcomers_join_open_courses();
