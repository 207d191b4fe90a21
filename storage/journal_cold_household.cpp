#include "storage/journal_cold_rows.hpp"

#include <algorithm>
#include <vector>

namespace foyer::storage {
namespace {

using pg::none_if_empty;

constexpr pg::statement insert_household{"insert_household", R"sql(
with listed as materialized (select * from unnest($24::members[])),
household as (
  insert into households (id, version, organisation_id, number, status, archived, responsible_id, email,
    email_key,
    phone, address, locale, tags, newsletter, account_id, linked_at, box_office_since, everything_shown,
      username,
    website, key_version, created_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
  returning 1)
insert into members select listed.* from listed where $23::bigint = 0
)sql"};

// A member that is listed but belongs to another household is not touched, and the guard then refuses the
// whole.
constexpr pg::statement update_household{"update_household", R"sql(
with listed as materialized (select * from unnest($24::members[])),
household as (
  update households set version = $2, number = $4, status = $5, archived = $6, responsible_id = $7,
    email = $8,
    email_key = $9, phone = $10, address = $11, locale = $12, tags = $13, newsletter = $14, account_id = $15,
    linked_at = $16, box_office_since = $17, everything_shown = $18, username = $19, website = $20,
    key_version = $21, created_at = $22
  where id = $1 and organisation_id = $3 and version = $23
  returning 1),
gone as (delete from members where household_id = $1 and id not in (select id from listed)),
kept as (
  insert into members select listed.* from listed
  on conflict (id) do update set position = excluded.position, first_name = excluded.first_name,
    last_name = excluded.last_name, birth_date = excluded.birth_date, email = excluded.email,
    phone = excluded.phone, relation = excluded.relation, answers = excluded.answers
  where members.household_id = excluded.household_id
  returning 1)
select guard('household', 1, (select count(*) from household)),
       guard('members', (select count(*) from listed), (select count(*) from kept))
)sql"};

// Telling the same key again is no change; keys of former versions find nothing any more. A new key ends
// those of households that went into this one, too (H9).
// Refuses when one was merged into another, and keeps others from merging them (021).
constexpr pg::statement keep_households{"keep_households", "select keep_households($1)"};

constexpr pg::statement insert_space_key{"insert_space_key", R"sql(
with recursive gone as (
  select id from households
  where merged_into = $2 and (select key_version from households where id = $2) < $3
  union all
  select h.id from households h join gone g on h.merged_into = g.id),
ended as (update households set key_version = key_version + 1 where id in (select id from gone)),
former as (
  delete from space_keys where (household_id = $2 and hash <> $4) or household_id in (select id from gone))
insert into space_keys (organisation_id, household_id, key_version, hash) values ($1, $2, $3, $4)
on conflict (hash) do nothing
)sql"};

// What an import makes. Addresses that must be new are looked for in the same transaction: a client who came
// meanwhile is seen.
constexpr pg::statement insert_households{"insert_households", R"sql(
with listed as materialized (select * from unnest($2::new_household[])),
taken as (select count(*) as n from households where organisation_id = $1 and email_key = any($4::text[])),
household as (
  insert into households (organisation_id, id, version, number, status, responsible_id, email, email_key, phone,
    address, locale, tags, newsletter, username, website, created_at)
  select $1, id, 1, number, 'added', responsible_id, email, email_key, phone, address, locale, tags, newsletter,
    username, website, created_at
  from listed),
people as (insert into members select * from unnest($3::members[]))
select guard('addresses', 0, (select n from taken))
)sql"};

std::string_view name_of(int status) noexcept {
  switch (status) {
  case 1: return "added";
  case 2: return "invited";
  case 3: return "accepted";
  default: return "?"; // refused by the column's check
  }
}

void append_members(pg::record_array& to, const household_row& of) {
  std::int32_t position = 0;
  for (const auto& member : of.members)
    to.row(of.organisation, of.id, member.id, position++, member.first_name, member.last_name,
           member.birth_date, none_if_empty(member.email), none_if_empty(member.phone),
           none_if_empty(member.relation), member.answers);
}

} // namespace

const pg::statement& encode(pg::params& out, const household_row& row, const cold_context& context) {
  out.add(row.id).add(row.version).add(row.organisation).add(row.number).add(name_of(row.status));
  out.add(row.archived).add(row.responsible).add(none_if_empty(row.email)).add(none_if_empty(row.email_key));
  out.add(none_if_empty(row.phone)).add(none_if_empty(row.address)).add(row.locale).add(row.tags);
  out.add(row.newsletter)
      .add(row.account)
      .add(row.linked_at)
      .add(row.box_office_since)
      .add(row.everything_shown);
  out.add(none_if_empty(row.username))
      .add(none_if_empty(row.website))
      .add(row.key_version)
      .add(row.created_at);
  out.add(row.expected_version);
  auto members = out.records(context.types.members, row.members.size());
  append_members(members, row);
  return row.expected_version == 0 ? insert_household : update_household;
}

const pg::statement& encode(pg::params& out, const households_row& row, const cold_context& context) {
  out.add(row.organisation);
  auto households = out.records(context.types.new_household, row.households.size());
  std::size_t people = 0;
  for (const auto& each : row.households) {
    households.row(each.id, each.number, each.responsible, none_if_empty(each.email),
                   none_if_empty(each.email_key), none_if_empty(each.phone), none_if_empty(each.address),
                   each.locale, each.tags, each.newsletter, none_if_empty(each.username),
                   none_if_empty(each.website), each.created_at);
    people += each.members.size();
  }
  auto members = out.records(context.types.members, people);
  for (const auto& each : row.households) append_members(members, each);
  out.add(row.new_emails);
  return insert_households;
}

const pg::statement& encode(pg::params& out, const space_key_row& row, const cold_context&) {
  out.add(row.organisation).add(row.household).add(row.key_version).add(row.hash);
  return insert_space_key;
}

const pg::statement& encode(pg::params& out, const household_kept& row, const cold_context&) {
  out.add(std::vector<uuid>{row.id.value});
  return keep_households;
}

const pg::statement* encode_kept_households(pg::params& out, std::span<const commit* const> commits) {
  std::vector<uuid> ids;
  for (const auto* each : commits)
    for (const auto& row : each->cold)
      if (const auto* kept = std::get_if<household_kept>(&row)) ids.push_back(kept->id.value);
  if (ids.empty()) return nullptr;
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  out.clear();
  out.add(ids);
  return &keep_households;
}

std::span<const pg::statement* const> household_statements() {
  static constexpr const pg::statement* all[] = {&insert_household, &insert_households, &update_household,
                                                 &keep_households, &insert_space_key};
  return all;
}

} // namespace foyer::storage
