#include "storage/journal_cold_rows.hpp"
#include "storage/token_names.hpp"

namespace foyer::storage {
namespace {

using pg::none_if_empty;

constexpr pg::statement insert_account{"insert_account", R"sql(
insert into accounts (id, version, email, email_key, username, username_key, password_hash, first_name,
  last_name,
  birth_date, locale, website, newsletter, state, registered_at_organisation, registration_hash, created_at,
  confirmed_at, password_changed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
)sql"};

constexpr pg::statement update_account{"update_account", R"sql(
with changed as (
  update accounts set version = $2, email = $3, email_key = $4, username = $5, username_key = $6,
    password_hash = $7,
    first_name = $8, last_name = $9, birth_date = $10, locale = $11, website = $12, newsletter = $13,
      state = $14,
    registered_at_organisation = $15, registration_hash = $16, created_at = $17, confirmed_at = $18,
    password_changed_at = $19
  where id = $1 and version = $20 returning 1)
select guard('account', 1, (select count(*) from changed))
)sql"};

constexpr pg::statement remove_account{"remove_account", R"sql(
with removed as (delete from accounts where id = $1 and version = $2 returning 1)
select guard('account', 1, (select count(*) from removed))
)sql"};

constexpr pg::statement insert_token{"insert_token", R"sql(
insert into tokens (id, purpose, hash, account_id, organisation_id, household_id, subject, created_at,
  expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
)sql"};

constexpr pg::statement replace_tokens{"replace_tokens", R"sql(
update tokens set state = 'replaced'
where purpose = $1 and state = 'valid' and (account_id = $2 or household_id = $3)
)sql"};

constexpr pg::statement use_token{"use_token", R"sql(
with used as (update tokens set state = 'used' where id = $1 and state = 'valid' returning 1),
-- I5: where the token was a campaign's, its recipient accepted.
accepted as (update campaign_recipients set fate = 5, changed_at = now() where id = $1)
select guard('token', 1, (select count(*) from used))
)sql"};

constexpr pg::statement count_code_failure{"count_code_failure", R"sql(
update tokens set code_failures = code_failures + 1,
  state = case when code_failures + 1 >= $2::int then 'replaced' else state end
where id = $1 and state = 'valid'
)sql"};

constexpr pg::statement insert_session{"insert_session", R"sql(
insert into sessions (id, token_hash, assurance, account_id, organisation_id, household_id, remembered,
  device, address,
  created_at, last_used_at, password_at, expires_at, only_order, key_version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
)sql"};

// Two touches may come in either order; a session never grows older by one.
constexpr pg::statement touch_session{"touch_session", R"sql(
update sessions set last_used_at = greatest(last_used_at, $2), password_at = greatest(password_at, $3)
where id = $1
)sql"};

constexpr pg::statement end_session{"end_session", "delete from sessions where id = $1"};

constexpr pg::statement end_sessions{"end_sessions", R"sql(
delete from sessions where account_id = $1 and id is distinct from $2
)sql"};

} // namespace

const pg::statement& encode(pg::params& out, const account_row& row, const cold_context&) {
  out.add(row.id).add(row.version).add(row.email).add(row.email_key).add(row.username).add(row.username_key);
  out.add(row.password_hash).add(row.first_name).add(row.last_name).add(row.birth_date).add(row.locale);
  out.add(none_if_empty(row.website)).add(row.newsletter).add(row.active ? "active" : "pending");
  out.add(row.registered_at).add(row.registration_hash).add(row.created_at).add(row.confirmed_at);
  out.add(row.password_changed_at);
  if (row.expected_version == 0) return insert_account;
  out.add(row.expected_version);
  return update_account;
}

const pg::statement& encode(pg::params& out, const account_removed& row, const cold_context&) {
  out.add(row.id).add(row.expected_version);
  return remove_account;
}

const pg::statement& encode(pg::params& out, const token_row& row, const cold_context&) {
  out.add(row.id).add(name_of(row.purpose)).add(row.hash).add(row.account).add(row.organisation);
  out.add(row.household).add(none_if_empty(row.subject)).add(row.created_at).add(row.expires_at);
  return insert_token;
}

const pg::statement& encode(pg::params& out, const tokens_replaced& row, const cold_context&) {
  out.add(name_of(row.purpose)).add(row.account).add(row.household);
  return replace_tokens;
}

const pg::statement& encode(pg::params& out, const token_used& row, const cold_context&) {
  out.add(row.id);
  return use_token;
}

const pg::statement& encode(pg::params& out, const token_code_failed& row, const cold_context&) {
  out.add(row.id).add(std::int32_t{row.limit});
  return count_code_failure;
}

const pg::statement& encode(pg::params& out, const session_row& row, const cold_context&) {
  out.add(row.id)
      .add(row.token_hash)
      .add(row.login ? "login" : "space")
      .add(row.account)
      .add(row.organisation);
  out.add(row.household).add(row.remembered).add(row.device).add(row.address).add(row.created_at);
  out.add(row.last_used_at).add(row.password_at).add(row.expires_at).add(row.only_order);
  out.add(row.key_version);
  return insert_session;
}

const pg::statement& encode(pg::params& out, const session_touched& row, const cold_context&) {
  out.add(row.id).add(row.last_used_at).add(row.password_at);
  return touch_session;
}

const pg::statement& encode(pg::params& out, const session_ended& row, const cold_context&) {
  out.add(row.id);
  return end_session;
}

const pg::statement& encode(pg::params& out, const sessions_ended& row, const cold_context&) {
  out.add(row.account).add(row.except);
  return end_sessions;
}

std::span<const pg::statement* const> account_statements() {
  static constexpr const pg::statement* all[] = {
      &insert_account,     &update_account, &remove_account, &insert_token, &replace_tokens, &use_token,
      &count_code_failure, &insert_session, &touch_session,  &end_session,  &end_sessions};
  return all;
}

} // namespace foyer::storage
