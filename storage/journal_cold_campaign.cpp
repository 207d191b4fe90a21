#include "storage/journal_cold_rows.hpp"

namespace foyer::storage {
namespace {

using pg::none_if_empty;

constexpr pg::statement insert_campaign{"insert_campaign", R"sql(
insert into campaigns (organisation_id, id, recipients, tag, household_id, texts, created_by, created_at, done_to, until,
  kind, mailed_before, mailed_since)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, least($10::uuid, coalesce(
  (select id from households where organisation_id = $1 order by id desc limit 1), $9)), $11, $12, $13)
)sql"};

constexpr pg::statement keep_wording{"keep_invitation_wording", R"sql(
insert into invitation_wordings (organisation_id, locale, subject, text, changed_at) values ($1, $2, $3, $4, $5)
on conflict (organisation_id, locale) do update
set subject = excluded.subject, text = excluded.text, changed_at = excluded.changed_at
)sql"};

// What was accepted stays accepted; a second click changes nothing. Balance mails are no invitations.
constexpr pg::statement unsubscribe{"unsubscribe", R"sql(
with opted_out as (
  insert into invitation_opt_outs (household_id, organisation_id, at)
  select id, organisation_id, $2 from households where id = $1 on conflict do nothing),
marked as (
  update campaign_recipients set fate = 6, changed_at = $2
  where household_id = $1 and fate in (1, 2, 3, 4) and id is not null
    and exists (select from campaigns c where c.id = campaign_id and c.kind = 1) returning id)
update outbox o set state = 4, last_error = 'unsubscribed' from marked
where o.id = marked.id and o.state = 0
)sql"};

} // namespace

const pg::statement& encode(pg::params& out, const campaign_row& row, const cold_context&) {
  out.add(row.organisation).add(row.id).add(row.group).add(none_if_empty(row.tag)).add(row.household);
  out.add(row.texts).add(row.by).add(row.at).add(row.after).add(row.until);
  out.add(pg::as_small(row.kind)).add(row.mailed_before).add(row.mailed_since);
  return insert_campaign;
}

const pg::statement& encode(pg::params& out, const invitation_wording_row& row, const cold_context&) {
  out.add(row.organisation).add(row.locale).add(row.subject).add(row.text).add(row.at);
  return keep_wording;
}

const pg::statement& encode(pg::params& out, const unsubscribed_row& row, const cold_context&) {
  out.add(row.household).add(row.at);
  return unsubscribe;
}

std::span<const pg::statement* const> campaign_statements() {
  static constexpr const pg::statement* all[] = {&insert_campaign, &keep_wording, &unsubscribe};
  return all;
}

} // namespace foyer::storage
