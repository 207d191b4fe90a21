-- Which clients a statement changed in what makes them alike (H9). Former and changed rows were joined by id: of 2,000 at
-- once, as a campaign marks them invited, by looking at each pair, since the plan was made when one had changed. What is
-- left of the changed rows without the former ones needs no such join.
create or replace function duplicates_follow_changed_members() returns trigger language plpgsql set search_path from current as $$
declare
  which uuid[];
begin
  which := array(
    select household_id from (
      select id, household_id, first_name, last_name, birth_date, phone from changed
      except select id, household_id, first_name, last_name, birth_date, phone from former) other
    union
    select household_id from (
      select id, household_id from former except select id, household_id from changed) left_behind);
  if cardinality(which) > 0 then
    perform refresh_duplicate_keys(which);
  end if;
  return null;
end $$;
create or replace function duplicates_follow_households() returns trigger language plpgsql set search_path from current as $$
declare
  which uuid[];
begin
  which := array(
    select id from (
      select id, email_key, phone, archived, responsible_id from changed
      except select id, email_key, phone, archived, responsible_id from former) other);
  if cardinality(which) > 0 then
    perform refresh_duplicate_keys(which);
  end if;
  return null;
end $$;
