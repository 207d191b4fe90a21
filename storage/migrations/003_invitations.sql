-- Campaigns of invitations (I1 to I5), their recipients, and who wants none.

-- What a campaign walks along: the clients of an organisation by id.
create index households_organisation on households (organisation_id, id);

create table campaigns (
  organisation_id uuid not null references organisations,
  id uuid primary key,
  recipients text not null check (recipients in ('all', 'added', 'invited', 'tag', 'one')),
  tag text,
  household_id uuid,
  texts text not null,
  created_by uuid,
  created_at timestamptz not null,
  -- Clients up to this id are done; after a crash queueing goes on behind it.
  done_to uuid not null,
  -- Clients that came after the campaign was written are not in it.
  until uuid not null,
  queued_at timestamptz
);
create index campaigns_organisation on campaigns (organisation_id, id);
create index campaigns_queueing on campaigns (id) where queued_at is null;

-- One row per client of a campaign. No foreign keys: a hundred thousand of them are written within seconds, in the same
-- transaction as done_to of their campaign, from households that were just read.
create table campaign_recipients (
  organisation_id uuid not null,
  campaign_id uuid not null,
  household_id uuid not null,
  -- Of the mail and of the token in it; null: skipped.
  id uuid,
  -- actors/campaign/campaign.hpp, fate and reason
  fate smallint not null check (fate between 1 and 7),
  reason smallint not null default 0 check (reason between 0 and 6),
  to_address text,
  changed_at timestamptz not null,
  primary key (campaign_id, household_id)
) with (fillfactor = 85);
create unique index campaign_recipients_mail on campaign_recipients (id) where id is not null;
create index campaign_recipients_household on campaign_recipients (household_id);

create table invitation_wordings (
  organisation_id uuid not null references organisations,
  locale text not null check (locale in ('fr', 'en')),
  subject text not null,
  text text not null,
  changed_at timestamptz not null,
  primary key (organisation_id, locale)
);

create table invitation_opt_outs (
  household_id uuid primary key,
  organisation_id uuid not null references organisations,
  at timestamptz not null
);

-- Addresses whose own mail server said that there is no such mailbox.
create table suppressed_addresses (
  email_key text primary key,
  reason text not null,
  at timestamptz not null
);
