#include "storage/journal_cold_rows.hpp"

namespace foyer::storage {
namespace {

// States of the outbox: migrations/012_mail.sql. A recipient of a campaign is told with its mail (I5). A mail
// whose link was used or replaced meanwhile is not sent again, nor one that came back before its dead address
// is lifted, since that it came back is what staff may lift it by.
constexpr pg::statement retry_mail{"retry_mail", R"sql(
with mail as (
  update outbox set state = 0, next_attempt_at = now(), last_error = null
  where id = $1 and organisation_id = $2 and state in (3, 5, 6, 7)
    and not exists (select from tokens t where t.id = (params::json ->> 'token_id')::uuid and t.state <> 'valid')
    and not (state = 5 and exists (select from suppressed_addresses s where s.email_key = lower(to_address)))
  returning id),
told as (update campaign_recipients r set fate = 1, reason = 0, changed_at = now() from mail where r.id = mail.id)
select guard('mail', 1, (select count(*) from mail))
)sql"};

constexpr pg::statement abort_mail{"abort_mail", R"sql(
with mail as (
  update outbox set state = 7, last_error = 'aborted'
  where id = $1 and organisation_id = $2 and state = 0 and priority > 0 returning id),
told as (
  update campaign_recipients r set fate = 7, reason = 9, changed_at = now() from mail where r.id = mail.id and r.fate = 1)
select guard('mail', 1, (select count(*) from mail))
)sql"};

constexpr pg::statement lift_suppression{"lift_suppression",
                                         "delete from suppressed_addresses where email_key = $1"};

// What was accepted stays accepted: its link came through another way.
constexpr pg::statement bounce_mail{"bounce_mail", R"sql(
with mail as (
  update outbox set state = 5, last_error = $2 where id = $1 and state in (1, 2) returning id, to_address),
told as (
  update campaign_recipients r set fate = 4, changed_at = $4 from mail where r.id = mail.id and r.fate in (1, 2, 3))
insert into suppressed_addresses (email_key, reason, at)
select lower(to_address), $2, $4 from mail where $3
on conflict (email_key) do update set reason = excluded.reason, at = excluded.at
)sql"};

constexpr pg::statement keep_logo{"keep_logo", R"sql(
with gone as (delete from organisation_logos where organisation_id = $1 and octet_length($3::bytea) = 0)
insert into organisation_logos (organisation_id, media_type, bytes)
select $1::uuid, $2::text, $3::bytea where octet_length($3::bytea) > 0
on conflict (organisation_id) do update set media_type = excluded.media_type, bytes = excluded.bytes
)sql"};

/// A `bytea` parameter.
struct raw_bytes {
  std::string_view value;
};
void append_value(std::string& out, const raw_bytes& bytes) {
  out.append(bytes.value);
}

} // namespace

const pg::statement& encode(pg::params& out, const mail_retried& row, const cold_context&) {
  out.add(row.id).add(row.organisation);
  return retry_mail;
}

const pg::statement& encode(pg::params& out, const mail_aborted& row, const cold_context&) {
  out.add(row.id).add(row.organisation);
  return abort_mail;
}

const pg::statement& encode(pg::params& out, const suppression_lifted& row, const cold_context&) {
  out.add(row.email_key);
  return lift_suppression;
}

const pg::statement& encode(pg::params& out, const mail_bounced& row, const cold_context&) {
  out.add(row.id).add(row.detail).add(row.suppress).add(row.at);
  return bounce_mail;
}

const pg::statement& encode(pg::params& out, const logo_row& row, const cold_context&) {
  out.add(row.organisation).add(row.media_type).add(raw_bytes{row.bytes});
  return keep_logo;
}

std::span<const pg::statement* const> mail_statements() {
  static constexpr const pg::statement* all[] = {&retry_mail, &abort_mail, &lift_suppression, &bounce_mail,
                                                 &keep_logo};
  return all;
}

} // namespace foyer::storage
