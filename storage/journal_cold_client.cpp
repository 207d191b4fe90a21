#include "storage/journal_cold_rows.hpp"

#include <array>

namespace foyer::storage {
namespace {

using pg::none_if_empty;

// The renamed tag keeps its place; one that is there already is not doubled.
constexpr pg::statement retag_households{"retag_households", R"sql(
update households h set version = h.version + 1, tags = case
  when $4::text is null or $4 = any(h.tags) then array_remove(h.tags, $3::text)
  else array_replace(h.tags, $3::text, $4::text) end
where h.organisation_id = $1 and h.id = any($2::uuid[]) and $3 = any(h.tags)
)sql"};

constexpr pg::statement write_skill{"write_skill", R"sql(
with written as (
  insert into skills (organisation_id, id, household_id, member_id, name, note, valid_until, created_at)
  select $1::uuid, $2::uuid, $3::uuid, m.id, $5::text, $6::text, $7::date, $8::timestamptz
  from members m where m.id = $4 and m.household_id = $3 and m.organisation_id = $1
  on conflict (id) do update set member_id = excluded.member_id, name = excluded.name, note = excluded.note,
    valid_until = excluded.valid_until
  where skills.organisation_id = excluded.organisation_id and skills.household_id = excluded.household_id
  returning 1)
select guard('skill', 1, (select count(*) from written))
)sql"};
constexpr pg::statement remove_skill{"remove_skill", R"sql(
with gone as (delete from skills where organisation_id = $1 and id = $2 returning 1)
select guard('skill', 1, (select count(*) from gone))
)sql"};

constexpr pg::statement write_card{"write_card", R"sql(
with written as (
  insert into membership_cards (organisation_id, id, household_id, member_id, holder, title, offer_id, order_id,
    line_position, place, number, valid_from, valid_until, cancelled, created_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
  on conflict (id) do update set member_id = excluded.member_id, holder = excluded.holder,
    valid_from = excluded.valid_from, valid_until = excluded.valid_until, cancelled = excluded.cancelled
  where membership_cards.organisation_id = excluded.organisation_id
    and membership_cards.household_id = excluded.household_id
  returning 1)
select guard('card', 1, (select count(*) from written))
)sql"};

constexpr pg::statement write_document{"write_document", R"sql(
with written as (
  insert into documents (organisation_id, id, household_id, member_id, name, media_type, kind, year, size, hash, shown,
    complete, created_by, created_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
  on conflict (id) do update set member_id = excluded.member_id, name = excluded.name, kind = excluded.kind,
    year = excluded.year, shown = excluded.shown, complete = documents.complete or excluded.complete
  where documents.organisation_id = excluded.organisation_id and documents.household_id = excluded.household_id
  returning 1)
select guard('document', 1, (select count(*) from written))
)sql"};
constexpr pg::statement write_document_part{"write_document_part", R"sql(
insert into document_parts (organisation_id, document_id, position, bytes) values ($1, $2, $3, $4)
)sql"};
constexpr pg::statement remove_document{"remove_document", R"sql(
with gone as (delete from documents where organisation_id = $1 and id = $2 returning 1)
select guard('document', 1, (select count(*) from gone))
)sql"};

constexpr pg::statement write_hand_enrolment{"write_hand_enrolment", R"sql(
insert into hand_enrolments (organisation_id, order_id, kind, reason, by_account, at) values ($1, $2, $3, $4, $5, $6)
)sql"};
constexpr pg::statement write_attendance{"write_attendance", R"sql(
insert into attendances (organisation_id, order_id, position, day, present, by_account, at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (order_id, position, day) do update
set present = excluded.present, by_account = excluded.by_account, at = excluded.at
)sql"};

} // namespace

const pg::statement& encode(pg::params& out, const households_retagged& row, const cold_context&) {
  out.add(row.organisation).add(row.which).add(row.from).add(none_if_empty(row.to));
  return retag_households;
}

const pg::statement& encode(pg::params& out, const skill_row& row, const cold_context&) {
  out.add(row.organisation).add(row.id).add(row.household).add(row.member).add(row.name).add(row.note);
  out.add(row.valid_until).add(row.at);
  return write_skill;
}

const pg::statement& encode(pg::params& out, const skill_removed& row, const cold_context&) {
  out.add(row.organisation).add(row.id);
  return remove_skill;
}

const pg::statement& encode(pg::params& out, const card_row& row, const cold_context&) {
  out.add(row.organisation).add(row.id).add(row.household).add(row.member).add(row.holder).add(row.title);
  out.add(row.offer).add(row.order).add(pg::as_small(row.line_position)).add(pg::as_small(row.place));
  out.add(row.number).add(row.valid_from).add(row.valid_until).add(row.cancelled).add(row.at);
  return write_card;
}

const pg::statement& encode(pg::params& out, const document_row& row, const cold_context&) {
  out.add(row.organisation).add(row.id).add(row.household).add(row.member).add(row.name);
  out.add(row.media_type).add(row.kind).add(row.year).add(row.size).add(row.hash).add(row.shown);
  out.add(row.complete).add(row.by).add(row.at);
  return write_document;
}

const pg::statement& encode(pg::params& out, const document_part_row& row, const cold_context&) {
  out.add(row.organisation).add(row.document).add(row.position).add(row.bytes);
  return write_document_part;
}

const pg::statement& encode(pg::params& out, const document_removed& row, const cold_context&) {
  out.add(row.organisation).add(row.id);
  return remove_document;
}

const pg::statement& encode(pg::params& out, const hand_enrolment_row& row, const cold_context&) {
  out.add(row.organisation).add(row.order).add(row.kind).add(row.reason).add(row.by).add(row.at);
  return write_hand_enrolment;
}

const pg::statement& encode(pg::params& out, const attendance_row& row, const cold_context&) {
  out.add(row.organisation).add(row.order).add(pg::as_small(row.position)).add(row.day).add(row.present);
  out.add(row.by).add(row.at);
  return write_attendance;
}

std::span<const pg::statement* const> client_statements() {
  static constexpr const pg::statement* all[] = {
      &retag_households,    &write_skill,     &remove_skill,         &write_card,      &write_document,
      &write_document_part, &remove_document, &write_hand_enrolment, &write_attendance};
  return all;
}

} // namespace foyer::storage
