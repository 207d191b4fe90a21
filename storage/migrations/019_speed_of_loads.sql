-- Where a buyer comes who is not in memory, session, account, household and wallet are each looked up by one value in a
-- table of perhaps a million rows. A hash index answers with one page where a tree goes down three, and has fewer lines of
-- memory to fetch on each: of the look-ups of an arrival (storage/loaders/arrivals.cpp) a fifth of PostgreSQL's time. The
-- wallet's serves each order's update too. They cost 33 bytes a row; the trees of the keys stay, which alone can be unique.
create index sessions_by_token on sessions using hash (token_hash);
create index accounts_by_id on accounts using hash (id);
create index wallets_by_household on wallets using hash (household_id);
-- Nobody asks for a range of accounts.
drop index households_of_account;
create index households_of_account on households using hash (account_id);
