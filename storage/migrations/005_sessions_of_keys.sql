-- Which unique key opened a my-space session: a new key ends what the former one opened (S6).
alter table sessions add column key_version bigint;
