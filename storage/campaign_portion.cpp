#include "storage/campaign_portion.hpp"

#include "actors/campaign/campaign.hpp"
#include "storage/balance_portion.hpp"
#include "storage/campaign_sql.hpp"
#include "storage/pg/params.hpp"
#include "storage/pg/rows.hpp"

#include <string>

namespace foyer::storage {
namespace {

/// Enough that a flush is cheap per mail; few enough that whoever wants one of these rows waits a tenth of a
/// second.
constexpr std::int64_t portion_max = 2'000;

// Locked until the end: of two processes one waits, and then sees how far the other one came.
constexpr const char* begin_portion = R"sql(
select organisation_id, done_to, until, recipients, coalesce(tag, ''), queued_at is null, kind, mailed_before, mailed_since
from campaigns where id = $1 for update
)sql";

// Ids and hashes are made by the program, since the database must not know the secret: the n-th client who
// gets a mail takes the n-th of each. What is replaced was valid before; a mail with a link that is dead now
// is not sent. These tables grow from nothing within seconds, so the planner has no idea of them: `offset 0`,
// the arrays and `+ 0` leave it no other way than by the ids.
const std::string& portion_sql() {
  static const std::string text = std::string{R"sql(
with who as materialized (
  select h.id, h.status, h.email, h.email_key, h.locale, coalesce(m.first_name, '') as first_name,
    coalesce(m.last_name, '') as last_name, )sql"} +
                                  campaign_reason + " as reason" + campaign_households + R"sql(
  order by h.id limit $6::bigint),
seen as materialized (
  select who.*, count(*) filter (where reason = 0) over (order by id rows unbounded preceding) as n from who),
picked as materialized (
  select seen.*, ($7::uuid[])[n] as mail from seen where reason = 0),
replaced as (
  update tokens set state = 'replaced'
  where id = any(array(select former.id from picked p cross join lateral (
    select t.id from tokens t
    where t.household_id = p.id and t.purpose = 'invitation' and t.state = 'valid' offset 0) former))
  returning id),
stopped as (
  update outbox o set state = 4, last_error = 'replaced by a newer invitation'
  where o.id = any(array(select id from replaced)) and o.state + 0 = 0 returning o.id),
overtaken as (
  update campaign_recipients c set fate = 7, reason = 6, changed_at = now() from stopped s where c.id = s.id),
new_recipients as (
  insert into campaign_recipients (organisation_id, campaign_id, household_id, id, fate, reason, to_address, changed_at)
  select $1::uuid, $9::uuid, id, case when reason = 0 then ($7::uuid[])[n] end, case when reason = 0 then 1 else 7 end, reason,
    email, now() from seen),
new_tokens as (
  insert into tokens (id, purpose, hash, organisation_id, household_id, subject, created_at, expires_at)
  select mail, 'invitation', substr($8::bytea, (n::int - 1) * 32 + 1, 32), $1::uuid, id, email, now(),
    now() + $10::bigint * interval '1 millisecond' from picked),
new_mails as (
  insert into outbox (id, organisation_id, template, locale, to_address, to_name, params, priority, next_attempt_at,
    created_at, household_id)
  select p.mail, $1::uuid, 'invitation', p.locale, p.email, nullif(trim(p.first_name || ' ' || p.last_name), ''),
    '{"campaign_id":"' || $9::uuid::text || '","token_id":"' || p.mail || '","household_id":"' || p.id ||
      '","first_name":' || to_json(p.first_name)::text || case when a.id is null then '}' else ',"has_account":"true"}' end,
    2, now(), now(), p.id
  from picked p left join accounts a on a.email_key = p.email_key and a.state = 'active'),
invited as (
  update households h set status = 'invited', version = h.version + 1 from picked p
  where h.id = p.id and h.status = 'added' returning h.id),
passed as (
  update campaigns set done_to = last.id, queued_at = case when last.count < $6::bigint then now() end
  from (select coalesce((select id from who order by id desc limit 1), $3::uuid) as id, (select count(*) from who) as count) last
  where campaigns.id = $9::uuid returning queued_at is not null as whole)
select (select coalesce(array_agg(id), '{}') from invited), exists (select from picked), (select whole from passed)
)sql";
  return text;
}

outcome<pg::rows> run(PGconn* open, const char* sql, const pg::params& with) {
  pg::rows out{
      PQexecParams(open, sql, with.count(), nullptr, with.values(), with.lengths(), with.formats(), 1)};
  if (!out.ok()) return refusal{errc::unavailable, PQerrorMessage(open)};
  return out;
}

std::int64_t unix_ms_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// As many as a portion may need, the hashes one after the other.
struct supply {
  std::vector<uuid> ids;
  std::string hashes;
};
supply make_supply(const server_secret& secret) {
  supply out;
  const auto ms = unix_ms_now();
  for (std::int64_t i = 0; i < portion_max; ++i) {
    out.ids.push_back(new_uuid(ms));
    const auto hash = sha256(secret.token(token_id{out.ids.back()}));
    out.hashes.append(reinterpret_cast<const char*>(hash.data()), hash.size());
  }
  return out;
}

/// A `bytea` parameter.
struct raw_bytes {
  std::string_view value;
};
void append_value(std::string& out, const raw_bytes& bytes) {
  out.append(bytes.value);
}

outcome<campaign_portion> in_transaction(PGconn* open, const campaign_id& which, const server_secret& secret,
                                         std::chrono::milliseconds link_valid) {
  pg::params with;
  with.add(which);
  auto found = run(open, begin_portion, with);
  if (!found) return found.error();
  campaign_portion out;
  out.whole = true;
  if (found->size() == 0) return out;
  organisation_id at;
  uuid after;
  uuid until;
  std::string group;
  std::string tag;
  bool open_still = false;
  std::int32_t kind = 0;
  std::optional<time_point> before;
  std::optional<time_point> since;
  pg::row_reader{*found, 0}.into(at, after, until, group, tag, open_still, kind, before, since);
  if (!open_still) return out;
  if (kind == static_cast<int>(campaign::kind::balance))
    return write_balance_portion(open, {which, at, after, until, group, before, since}, secret, portion_max);

  const auto made = make_supply(secret);
  with.clear();
  with.add(at).add(after).add(until).add(group).add(tag).add(portion_max).add(made.ids);
  with.add(raw_bytes{made.hashes}).add(which).add(std::int64_t{link_valid.count()});
  auto written = run(open, portion_sql().c_str(), with);
  if (!written) return written.error();
  pg::row_reader{*written, 0}.into(out.changed, out.wrote, out.whole);
  return out;
}

} // namespace

outcome<campaign_portion> write_portion(PGconn* open, const campaign_id& which, const server_secret& secret,
                                        std::chrono::milliseconds link_valid) {
  if (auto begun = query(open, "begin"); !begun) return begun.error();
  auto out = in_transaction(open, which, secret, link_valid);
  if (auto ended = query(open, out ? "commit" : "rollback"); out && !ended) return ended.error();
  return out;
}

} // namespace foyer::storage
