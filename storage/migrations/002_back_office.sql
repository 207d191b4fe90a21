-- What lists of the back office are read by: the balances of an organisation (W6), what happened to a record (P2).
create index wallets_organisation on wallets (organisation_id, household_id);
create index staff_changes_subject on staff_changes (organisation_id, subject_id, id) where subject_id is not null;
