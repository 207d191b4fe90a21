-- The places that a household's unpaid orders hold are counted whenever another one is placed. Paid orders, which are
-- nearly all, are not in it and cost nothing.
create index orders_awaiting_payment on orders (household_id) where status = 1;
