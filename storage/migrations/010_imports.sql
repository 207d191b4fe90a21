-- Imports of clients (H10): how far each is, its file while it is needed, and the lines that were not created.

create table imports (
  organisation_id uuid not null references organisations,
  id uuid primary key,
  version bigint not null,
  phase text not null check (phase in
    ('receiving', 'checking', 'checked', 'refused', 'failed', 'creating', 'done', 'expired')),
  details text not null,
  units_done bigint not null,
  content bytea not null,
  created_by uuid,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index imports_organisation on imports (organisation_id, id);
create index imports_content on imports (organisation_id, content);
create index imports_open on imports (id) where phase in ('checking', 'creating');

create table import_parts (
  organisation_id uuid not null references organisations,
  import_id uuid not null,
  position bigint not null,
  bytes bytea not null,
  primary key (import_id, position)
);
-- Compressing would hold up the journal longer than writing.
alter table import_parts alter column bytes set storage external;

create table import_lines (
  organisation_id uuid not null references organisations,
  import_id uuid not null,
  line bigint not null,
  problems text not null,
  cells text not null,
  primary key (import_id, line)
);

-- What the journal's statement takes as an array (storage/journal_cold_household.cpp).
create type new_household as (
  id uuid,
  number text,
  responsible_id uuid,
  email text,
  email_key text,
  phone text,
  address text,
  locale text,
  tags text[],
  newsletter boolean,
  username text,
  website text,
  created_at timestamptz
);
