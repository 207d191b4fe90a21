-- The latest time of day that a server of this database has had, so that one that starts after the machine's clock was
-- set back lets nothing live longer (QUALITY, "clock jumps").
create table server_clock (
  here boolean primary key default true check (here),
  at timestamptz not null
);
