-- Balance mails (W7), the fate of every mail (M4), repayments (W8), and the picture above an organisation's mails.

-- A campaign is of invitations (1) or of balance mails (2), the latter to whom wrote nobody since or until a time.
alter table campaigns add column kind smallint not null default 1 check (kind in (1, 2));
alter table campaigns add column mailed_before timestamptz;
alter table campaigns add column mailed_since timestamptz;
alter table campaigns drop constraint campaigns_recipients_check;
alter table campaigns add constraint campaigns_recipients_check
  check (recipients in ('all', 'added', 'invited', 'tag', 'one', 'positive', 'negative'));
alter table campaign_recipients drop constraint campaign_recipients_reason_check;
alter table campaign_recipients add constraint campaign_recipients_reason_check check (reason between 0 and 9);

-- Among whose mails staff see it; and what became of it, apart from 3: 4 stopped by a newer one or the client's wish,
-- 5 returned by the mail server, 6 not sent to a dead address, 7 taken back by staff.
alter table outbox add column household_id uuid;
alter table outbox drop constraint outbox_state_check;
alter table outbox add constraint outbox_state_check check (state between 0 and 7);
create index outbox_organisation on outbox (organisation_id, id) where organisation_id is not null;
create index outbox_troubled on outbox (organisation_id, id) where state in (3, 5, 6, 7);
create index outbox_household on outbox (household_id, id) where household_id is not null;

-- A household settles its debt once: whoever asks twice at once gets one order.
create unique index orders_one_repayment on orders (household_id) where kind = 2 and status = 1;

create table organisation_logos (
  organisation_id uuid primary key references organisations,
  media_type text not null check (media_type in ('image/png', 'image/jpeg', 'image/gif')),
  bytes bytea not null check (octet_length(bytes) between 1 and 65536)
);
