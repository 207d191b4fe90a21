-- Invoices and credit notes (O7), refunds (O8), and who took a payment (O5).

-- The last number given out. A row is changed in the transaction that writes the papers with its numbers: what does not
-- land takes no number, so that there is no gap.
create table paper_counters (
  organisation_id uuid not null references organisations,
  kind smallint not null check (kind in (1, 2)), -- invoice, credit note
  year smallint not null,
  last bigint not null check (last > 0),
  primary key (organisation_id, kind, year)
) with (fillfactor = 20);

-- An order is its own invoice: it gets the number when it is paid, if there was something to pay. No index: numbers are
-- looked for by `foyer audit` alone, and every order of a rush would pay for it.
alter table orders add column invoice_year smallint;
alter table orders add column invoice_number bigint;

-- Staff who took the money; null: nobody did, as the buyer paid online.
alter table payments add column taken_by uuid;

update orders o set invoice_year = n.year, invoice_number = n.number
from (select p.id, p.year, row_number() over (partition by p.organisation_id, p.year order by p.paid_at, p.id) as number
      from (select r.id, r.organisation_id, r.paid_at,
              extract(year from r.paid_at at time zone
                coalesce(nullif(g.settings::json ->> 'time_zone', ''), 'Europe/Paris'))::smallint as year
            from orders r join organisations g on g.id = r.organisation_id
            where r.kind = 1 and r.paid_at is not null and r.total > 0) p) n
where n.id = o.id;
insert into paper_counters
select organisation_id, 1, invoice_year, max(invoice_number) from orders where invoice_number is not null
group by organisation_id, invoice_year;

create table credit_notes (
  organisation_id uuid not null references organisations,
  id uuid primary key,
  order_id uuid not null references orders,
  year smallint not null,
  number bigint not null check (number > 0),
  amount bigint not null check (amount > 0),
  line_positions smallint[] not null,
  reason text,
  reference text,
  by_account uuid,
  at timestamptz not null,
  constraint credit_notes_number unique (organisation_id, year, number)
);
create index credit_notes_order on credit_notes (order_id);
create index credit_notes_at on credit_notes (organisation_id, at);

create table refunds (
  organisation_id uuid not null,
  credit_note_id uuid not null references credit_notes,
  position smallint not null,
  order_id uuid not null references orders,
  payment_position smallint not null,
  method smallint not null check (method between 1 and 6), -- by which it goes back; 1: to the wallet
  amount bigint not null check (amount > 0),
  primary key (credit_note_id, position)
);
create index refunds_order on refunds (order_id);

-- A day's takings are found by time; rows lie about in its order, so that this costs writers next to nothing.
create index payments_at on payments using brin (at) with (pages_per_range = 32);
create index ledger_entries_at on ledger_entries using brin (at) with (pages_per_range = 32);
