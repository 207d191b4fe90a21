#include "storage/balance_portion.hpp"

#include "actors/campaign/campaign.hpp"
#include "storage/campaign_sql.hpp"
#include "storage/pg/params.hpp"
#include "storage/pg/rows.hpp"

#include <string>

namespace foyer::storage {
namespace {

const std::string& clients_sql() {
  static const std::string text =
      std::string{"select h.id, h.number, coalesce(m.first_name, ''), h.key_version, "
                  "w.balance, org.currency, "} +
      balance_reason + balance_households + " order by w.household_id limit $7::bigint";
  return text;
}

// The rows were read in this transaction; what is not in the arrays is taken as it is now.
constexpr const char* write_sql = R"sql(
with who as materialized (
  select * from unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::text[], $7::text[], $8::bigint[])
    w(id, reason, mail, template, params, key_version)),
new_recipients as (
  insert into campaign_recipients (organisation_id, campaign_id, household_id, id, fate, reason, to_address, changed_at)
  select $1::uuid, $2::uuid, w.id, case when w.reason = 0 then w.mail end, case when w.reason = 0 then 1 else 7 end,
    w.reason, h.email, now() from who w join households h on h.id = w.id),
new_keys as (
  insert into space_keys (organisation_id, household_id, key_version, hash)
  select $1::uuid, w.id, w.key_version, substr($9::bytea, (n::int - 1) * 32 + 1, 32)
  from (select *, row_number() over (order by id) as n from who) w where w.reason = 0
  on conflict (hash) do nothing),
new_mails as (
  insert into outbox (id, organisation_id, template, locale, to_address, to_name, params, priority, next_attempt_at,
    created_at, household_id)
  select w.mail, $1::uuid, w.template, h.locale, h.email, nullif(trim(m.first_name || ' ' || m.last_name), ''), w.params,
    2, now(), now(), w.id
  from who w join households h on h.id = w.id left join members m on m.id = h.responsible_id where w.reason = 0),
told as (
  update households h set last_balance_mail_at = now() from who w where h.id = w.id and w.reason = 0)
update campaigns set done_to = $10::uuid, queued_at = case when $11::boolean then now() end where id = $2::uuid
)sql";

outcome<pg::rows> run(PGconn* open, const char* sql, const pg::params& with) {
  pg::rows out{
      PQexecParams(open, sql, with.count(), nullptr, with.values(), with.lengths(), with.formats(), 1)};
  if (!out.ok()) return refusal{errc::unavailable, PQerrorMessage(open)};
  return out;
}

/// The columns of the clients of one portion.
struct portion_rows {
  std::vector<uuid> ids;
  std::vector<std::int64_t> reasons;
  std::vector<uuid> mails;
  std::vector<std::string> templates;
  std::vector<std::string> params;
  std::vector<std::int64_t> key_versions;
  std::string hashes; // of the keys, one after the other
};

portion_rows rows_of(const pg::rows& found, const server_secret& secret) {
  const auto now = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  portion_rows out;
  for (int row = 0; row < found.size(); ++row) {
    campaign::balance mail;
    std::int64_t key_version = 1;
    std::string unit;
    std::int32_t why = 0;
    pg::row_reader{found, row}.into(mail.household, mail.household_number, mail.first_name, key_version,
                                    mail.sum.value, unit, why);
    mail.sum.unit = currency::parse(unit).value_or(currency{});
    mail.at = now;
    out.ids.push_back(mail.household.value);
    out.reasons.push_back(why);
    out.mails.push_back(new_uuid(ms));
    out.templates.emplace_back(campaign::balance_template(mail.sum.value));
    out.params.push_back(campaign::balance_params(mail));
    out.key_versions.push_back(key_version);
    const auto hash = sha256(secret.unique_key(mail.household, key_version));
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

} // namespace

outcome<campaign_portion> write_balance_portion(PGconn* open, const open_campaign& of,
                                                const server_secret& secret, std::int64_t clients_max) {
  pg::params with;
  with.add(of.at).add(of.after).add(of.until).add(of.group).add(of.mailed_before).add(of.mailed_since);
  with.add(clients_max);
  auto found = run(open, clients_sql().c_str(), with);
  if (!found) return found.error();
  const auto rows = rows_of(*found, secret);
  campaign_portion out;
  out.whole = found->size() < clients_max;
  for (std::size_t i = 0; i < rows.ids.size(); ++i) {
    if (rows.reasons[i] != 0) continue;
    out.changed.emplace_back(rows.ids[i]);
    out.wrote = true;
  }
  with.clear();
  with.add(of.at)
      .add(of.id)
      .add(rows.ids)
      .add(rows.reasons)
      .add(rows.mails)
      .add(rows.templates)
      .add(rows.params);
  with.add(rows.key_versions).add(raw_bytes{rows.hashes});
  with.add(rows.ids.empty() ? of.after : rows.ids.back()).add(out.whole);
  auto written = run(open, write_sql, with);
  if (!written) return written.error();
  return out;
}

} // namespace foyer::storage
