-- The tables of accounts, households, wallets, shop and mail.
-- Every tenant table leads with organisation_id. The tables of the checkout's hot path have no foreign keys (they
-- cost two thirds more CPU an order): the version guards, the checks below and `foyer audit` hold those truths.

create extension if not exists pg_trgm;
create extension if not exists unaccent;

-- A guard inside a statement: anything but the expected count of changed rows undoes the transaction.
create function guard(what text, expected bigint, changed bigint) returns boolean language plpgsql immutable as $$
begin
  if expected is distinct from changed then
    raise exception using errcode = 'FY001', message = 'guard ' || what, detail = expected || ' expected, ' || changed || ' changed';
  end if;
  return true;
end $$;

-- One row per journal: which process writes, and which batch landed last. A new epoch fences the former writer's
-- connection, so that after a cut at COMMIT the answer to "did it land?" is exact.
create table journals (
  name text primary key,
  epoch bigint not null,
  last_batch bigint not null,
  at timestamptz not null default now()
) with (fillfactor = 20);

create table organisations (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  locale text not null check (locale in ('fr', 'en')),
  settings text not null default '{}',
  version bigint not null default 1,
  created_at timestamptz not null
);

create table shops (
  organisation_id uuid not null references organisations,
  id uuid primary key,
  slug text not null,
  name text not null,
  kind text not null check (kind in ('online', 'box_office')),
  customer_space_open boolean not null default false,
  payment_methods text[] not null,
  version bigint not null default 1,
  created_at timestamptz not null,
  unique (organisation_id, slug)
);

create table accounts (
  id uuid primary key,
  email text not null,
  email_key text not null unique,
  username text not null,
  username_key text not null unique,
  password_hash text not null,
  first_name text not null,
  last_name text not null,
  birth_date date,
  locale text not null,
  website text,
  newsletter boolean not null default false,
  state text not null check (state in ('pending', 'active')),
  registered_at_organisation uuid references organisations,
  registration_hash bytea,
  security jsonb not null default '{}',
  version bigint not null,
  created_at timestamptz not null,
  confirmed_at timestamptz,
  password_changed_at timestamptz not null
);
create index accounts_username_prefix on accounts (username_key text_pattern_ops);

create table roles (
  organisation_id uuid not null references organisations,
  account_id uuid not null references accounts on delete cascade,
  role text not null check (role in ('administrator', 'box_office', 'editor', 'auditor')),
  created_at timestamptz not null,
  primary key (organisation_id, account_id)
);
create index roles_account on roles (account_id);

-- Servers keep a session's roles in memory; whoever changes one, the command line too, tells them.
create function tell_role_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('foyer_roles', coalesce(new.account_id, old.account_id)::text);
  return null;
end $$;
create trigger roles_changed after insert or update or delete on roles
  for each row execute function tell_role_change();

-- Links and codes of mails. The token itself is derived from the id with the server's secret; here is its hash only.
create table tokens (
  id uuid primary key,
  purpose text not null check (purpose in
    ('confirmation', 'password_reset', 'email_change', 'email_undo', 'space_code', 'staff_welcome', 'invitation')),
  hash bytea not null unique,
  account_id uuid references accounts on delete cascade,
  organisation_id uuid references organisations,
  household_id uuid,
  subject text,
  state text not null default 'valid' check (state in ('valid', 'used', 'replaced')),
  code_failures smallint not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index tokens_account on tokens (account_id);
create index tokens_household on tokens (household_id) where household_id is not null;
create index tokens_subject on tokens (lower(subject)) where subject is not null;

create table sessions (
  id uuid primary key,
  token_hash bytea not null unique,
  assurance text not null check (assurance in ('login', 'space')),
  account_id uuid references accounts on delete cascade,
  organisation_id uuid references organisations,
  household_id uuid,
  -- Set: a my-space session that shows this order alone (H3), and has no household.
  only_order uuid,
  remembered boolean not null default false,
  device text not null default '',
  address text not null default '',
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  password_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_account on sessions (account_id);
create index sessions_expiry on sessions (expires_at);

create table households (
  organisation_id uuid not null references organisations,
  id uuid primary key,
  number text not null,
  status text not null check (status in ('added', 'invited', 'accepted')),
  archived boolean not null default false,
  responsible_id uuid not null,
  email text,
  email_key text,
  phone text,
  address text,
  locale text not null,
  tags text[] not null default '{}',
  newsletter boolean not null default false,
  account_id uuid references accounts,
  linked_at timestamptz,
  -- From when on box-office orders show in the account (H7); null: everything of the household shows.
  box_office_since timestamptz,
  everything_shown boolean not null default false,
  username text,
  website text,
  key_version bigint not null default 1,
  last_balance_mail_at timestamptz,
  version bigint not null,
  created_at timestamptz not null,
  unique (organisation_id, number)
);
create unique index households_account on households (organisation_id, account_id) where account_id is not null;
create index households_email on households (organisation_id, email_key);
create index households_of_account on households (account_id);

-- What the unique keys that were told to somebody are found by (S6); the keys are derived and never stored.
create table space_keys (
  hash bytea primary key,
  organisation_id uuid not null references organisations,
  household_id uuid not null references households on delete cascade,
  key_version bigint not null
);
create index space_keys_household on space_keys (household_id);

create table members (
  organisation_id uuid not null references organisations,
  household_id uuid not null references households on delete cascade,
  id uuid primary key,
  position int not null,
  first_name text not null,
  last_name text not null,
  birth_date date,
  email text,
  phone text,
  relation text,
  answers text not null default '{}'
);
create index members_household on members (household_id, position);

-- Hot path ----------------------------------------------------------------------------------------------------

create table wallets (
  organisation_id uuid not null,
  household_id uuid primary key,
  balance bigint not null,
  held bigint not null check (held >= 0),
  -- How far staff may take this wallet below zero (W3); null: the floors of the roles alone.
  floor bigint check (floor <= 0),
  -- The lowest floor of any role, as of the last entry: the database refuses what lies below, whoever wrote it.
  lowest bigint not null default 0 check (lowest <= 0),
  entries_count bigint not null,
  head bytea not null,
  version bigint not null,
  constraint wallets_floor check (balance - held >= lowest or balance - held >= 0)
) with (fillfactor = 60);

create table ledger_entries (
  organisation_id uuid not null,
  household_id uuid not null,
  seq bigint not null,
  id uuid not null,
  kind smallint not null check (kind between 1 and 7),
  amount bigint not null,
  balance_after bigint not null,
  held_after bigint not null check (held_after >= 0),
  counter_account text not null,
  order_id uuid,
  order_number text,
  reason text,
  by_kind smallint not null check (by_kind between 1 and 3),
  by_account uuid,
  at timestamptz not null,
  hash bytea not null,
  primary key (household_id, seq),
  -- hold and release add nothing to the balance (W1); the others add something.
  check ((kind in (6, 7)) = (amount = 0))
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception using errcode = 'FY002', message = tg_table_name || ' is append-only';
end $$;
create trigger ledger_entries_append_only before update or delete on ledger_entries
  for each row execute function refuse_change();
create trigger ledger_entries_never_truncated before truncate on ledger_entries
  for each statement execute function refuse_change();

create table offers (
  organisation_id uuid not null,
  id uuid primary key,
  kind text not null check (kind in ('ticket', 'course', 'pass', 'voucher', 'membership', 'merchandise', 'booking')),
  event_id uuid,
  -- Everything that is shown and priced, as JSON: title, description, rates, windows, limits (actors/offer/offer.hpp).
  details text not null,
  shops text[] not null,
  capacity bigint check (capacity >= 0),
  archived boolean not null default false,
  version bigint not null,
  created_at timestamptz not null
);
create index offers_organisation on offers (organisation_id, id);

-- Apart from offers, so that the row which every order of a hot event updates stays narrow.
create table offer_stock (
  offer_id uuid primary key,
  organisation_id uuid not null,
  capacity bigint,
  sold bigint not null check (sold >= 0),
  held bigint not null check (held >= 0),
  constraint offer_stock_capacity check (capacity is null or sold + held <= capacity)
) with (fillfactor = 20);

create table orders (
  organisation_id uuid not null,
  id uuid primary key,
  number text not null,
  kind smallint not null check (kind in (1, 2)),
  status smallint not null check (status between 1 and 4),
  shop_id uuid not null,
  household_id uuid,
  account_id uuid,
  buyer_email text not null,
  buyer_first_name text not null,
  buyer_last_name text not null,
  buyer_answers text not null,
  locale text not null,
  total bigint not null check (total >= 0),
  created_at timestamptz not null,
  paid_at timestamptz,
  expires_at timestamptz,
  cancel_reason text,
  version bigint not null,
  constraint orders_number unique (organisation_id, number)
) with (fillfactor = 90);
create index orders_household on orders (household_id, id);

create table order_lines (
  organisation_id uuid not null,
  order_id uuid not null,
  position smallint not null,
  id uuid not null,
  offer_id uuid not null,
  rate_id uuid,
  title text not null,
  quantity int not null check (quantity > 0),
  unit_price bigint not null check (unit_price >= 0),
  vat_basis_points int not null,
  member_ids uuid[] not null default '{}',
  cancelled boolean not null default false,
  primary key (order_id, position)
);

create table payments (
  organisation_id uuid not null,
  order_id uuid not null,
  position smallint not null,
  id uuid not null,
  method smallint not null check (method between 1 and 6),
  amount bigint not null check (amount > 0),
  status smallint not null check (status between 1 and 5),
  reference text,
  at timestamptz not null,
  primary key (order_id, position)
);

create table tickets (
  organisation_id uuid not null,
  order_id uuid not null,
  position smallint not null,
  id uuid not null,
  line_position smallint not null,
  offer_id uuid not null,
  household_id uuid,
  holder text,
  status smallint not null check (status between 1 and 3),
  used_at timestamptz,
  primary key (order_id, position)
);

create table benefits (
  organisation_id uuid not null,
  order_id uuid not null,
  id uuid primary key,
  line_position smallint not null,
  household_id uuid,
  kind text not null check (kind in ('pass', 'voucher')),
  code text not null,
  uses_left int,
  value_left bigint check (value_left >= 0),
  expires_at timestamptz,
  unique (organisation_id, code)
);
create index benefits_order on benefits (order_id);

-- id is the first half of SHA-256 of organisation, principal, route and key (W5).
create table idempotency (
  id uuid primary key,
  request_hash bytea not null,
  status smallint not null,
  answer text not null,
  created_at timestamptz not null
);
create index idempotency_age on idempotency using brin (created_at);

create table outbox (
  id uuid primary key,
  organisation_id uuid,
  template text not null,
  locale text not null,
  to_address text not null,
  to_name text,
  params text not null,
  priority smallint not null,
  state smallint not null default 0 check (state between 0 and 4),
  attempts smallint not null default 0,
  next_attempt_at timestamptz not null,
  leased_until timestamptz,
  created_at timestamptz not null,
  sent_at timestamptz,
  last_error text
);
create index outbox_waiting on outbox (priority, next_attempt_at) where state = 0;
create index outbox_leased on outbox (leased_until) where state = 1;

create table deadlines (
  id uuid primary key,
  kind smallint not null,
  entity_id uuid not null,
  organisation_id uuid,
  due_at timestamptz not null
);
create index deadlines_due on deadlines (due_at);
create index deadlines_entity on deadlines (entity_id);

create table staff_changes (
  organisation_id uuid not null,
  id uuid primary key,
  account_id uuid,
  action text not null,
  subject_kind text not null,
  subject_id uuid,
  before text,
  after text,
  at timestamptz not null
);
create index staff_changes_organisation on staff_changes (organisation_id, id);

-- What the journal's statement takes as arrays, where a table's own row type does not say enough.

create type wallet_change as (
  organisation_id uuid,
  household_id uuid,
  expected bigint, -- 0: the wallet is new
  balance bigint,
  held bigint,
  floor bigint,
  lowest bigint,
  entries_count bigint,
  head bytea,
  version bigint
);

create type stock_change as (offer_id uuid, sold bigint, held bigint);
