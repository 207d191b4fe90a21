-- An answer that the order's own rows tell is not kept a second time: half of what an order wrote was its answer, and
-- ticket codes have no place in a table.
alter table idempotency add column order_id uuid;
