#include "storage/administration.hpp"

#include "actors/account/username.hpp"
#include "actors/organisation/setup.hpp"
#include "actors/password/argon2.hpp"
#include "actors/vocabulary/encode.hpp"
#include "actors/vocabulary/json_text.hpp"
#include "storage/blocking_transaction.hpp"

#include <chrono>
#include <set>

namespace foyer::storage {
namespace {

uuid fresh_id() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return new_uuid(std::chrono::floor<std::chrono::milliseconds>(now).count());
}

constexpr const char* insert_organisation = R"sql(
insert into organisations (id, slug, name, currency, locale, created_at) values ($1, $2, $3, $4, $5, now())
on conflict (slug) do nothing
)sql";
constexpr const char* insert_shop = R"sql(
insert into shops (organisation_id, id, slug, name, kind, customer_space_open, payment_methods, created_at)
values ($1, $2, $3, $4, $5, $6, $7::text[], now())
)sql";
constexpr const char* set_role = R"sql(
insert into roles (organisation_id, account_id, role, created_at) values ($1, $2, $3, now())
on conflict (organisation_id, account_id) do update set role = excluded.role
)sql";
constexpr const char* note_change = R"sql(
insert into staff_changes (organisation_id, id, action, subject_kind, subject_id, after, at)
values ($1, $2, $3, $4, $5, $6, now())
)sql";
constexpr const char* insert_account = R"sql(
insert into accounts (id, email, email_key, username, username_key, password_hash, first_name, last_name, locale, state,
  version, created_at, confirmed_at, password_changed_at)
select $1, $2, $3, $4, lower($4), $5, $6, $7, locale, $8, 1, now(), case when $8 = 'active' then now() end, now()
from organisations where id = $9
)sql";
constexpr const char* insert_token = R"sql(
insert into tokens (id, purpose, hash, account_id, organisation_id, created_at, expires_at)
values ($1, 'staff_welcome', $2::bytea, $3, $4, now(), now() + $5::bigint * interval '1 second')
)sql";
constexpr const char* insert_mail = R"sql(
insert into outbox (id, organisation_id, template, locale, to_address, to_name, params, priority, next_attempt_at,
  created_at)
select $1, $2, 'staff_welcome', a.locale, a.email, nullif(trim(a.first_name || ' ' || a.last_name), ''), $4, 0, now(), now()
from accounts a where a.id = $3
)sql";

// A8 for somebody of whom only the address may be known.
outcome<std::string> username_for(blocking_transaction& in, const new_staff& who) {
  const auto local = who.email.shown.substr(0, who.email.shown.find('@'));
  const auto base = who.last_name.empty() ? account::username_base({}, local)
                                          : account::username_base(who.first_name, who.last_name);
  auto taken =
      in.run("select username_key from accounts where username_key ~ ('^' || $1 || '[0-9]*$')", {base});
  if (!taken) return taken.error();
  std::set<std::string> keys;
  for (int row = 0; row < PQntuples(taken->get()); ++row) keys.insert(PQgetvalue(taken->get(), row, 0));
  return account::free_username(base, {}, keys);
}

outcome<std::string> insert_person(blocking_transaction& in, const new_staff& who,
                                   const std::string& organisation) {
  const auto username = username_for(in, who);
  if (!username) return username.error();
  auto id = to_string(fresh_id());
  const auto first_name =
      who.first_name.empty() ? who.email.shown.substr(0, who.email.shown.find('@')) : who.first_name;
  const auto made =
      in.run(insert_account, {id, who.email.shown, who.email.key, *username,
                              who.password_hash.value_or(std::string{password::no_password}), first_name,
                              who.last_name, who.password_hash ? "active" : "pending", organisation});
  if (!made) return made.error();
  return id;
}

// The mail with the link to choose a password; earlier ones die.
outcome<done> invite(blocking_transaction& in, const new_staff& who, const std::string& account,
                     const std::string& organisation, const server_secret& secret) {
  const token_id token{fresh_id()};
  json_object params;
  params.add("first_name", who.first_name).add("role", organisation::to_string(who.role));
  params.add("token_id", to_string(token));
  if (auto ended =
          in.run("update tokens set state = 'replaced' where purpose = 'staff_welcome' and state = 'valid' "
                 "and account_id = $1",
                 {account});
      !ended)
    return ended.error();
  if (auto made = in.run(insert_token, {to_string(token), "\\x" + in_hex(sha256(secret.token(token))),
                                        account, organisation, std::to_string(who.invitation_life.count())});
      !made)
    return made.error();
  if (auto mail = in.run(insert_mail, {to_string(fresh_id()), organisation, account, params.text()}); !mail)
    return mail.error();
  return done{};
}

outcome<staff_account> give_role(blocking_transaction& in, const new_staff& who,
                                 const std::string& organisation, const server_secret& secret) {
  auto found = in.run("select id, state from accounts where email_key = $1", {who.email.key});
  if (!found) return found.error();
  auto account = first_value(*found);
  const bool pending = !account.empty() && std::string_view(PQgetvalue(found->get(), 0, 1)) == "pending";
  auto became = staff_account::there_already;
  if (account.empty()) {
    auto made = insert_person(in, who, organisation);
    if (!made) return made.error();
    account = *made;
    became = who.password_hash ? staff_account::opened : staff_account::invited;
  } else if (pending && who.password_hash) {
    return refusal{errc::conflict,
                   "somebody has registered " + who.email.shown +
                       " and not confirmed it yet: give the role without a password, and a mail goes out"};
  } else if (pending) {
    became = staff_account::invited;
  }
  const std::string role{organisation::to_string(who.role)};
  if (auto set = in.run(set_role, {organisation, account, role}); !set) return set.error();
  const auto after = json_object{}.add("email", who.email.shown).add("role", role).text();
  if (auto noted =
          in.run(note_change, {organisation, to_string(fresh_id()), "give_role", "account", account, after});
      !noted)
    return noted.error();
  if (became == staff_account::invited)
    if (auto sent = invite(in, who, account, organisation, secret); !sent) return sent.error();
  return became;
}

outcome<done> insert_shops(blocking_transaction& in, const organisation::snapshot& of) {
  for (const auto& each : of.shops) {
    std::string methods;
    for (const auto method : each.payment_methods)
      methods.append(methods.empty() ? "{" : ",").append(organisation::to_string(method));
    auto made = in.run(insert_shop, {to_string(of.id), to_string(each.id), each.slug, each.name,
                                     each.box_office ? "box_office" : "online",
                                     each.customer_space_open ? "true" : "false", methods + "}"});
    if (!made) return made.error();
  }
  return done{};
}

} // namespace

outcome<staff_account> create_organisation(const std::string& url, const new_organisation& what,
                                           new_staff administrator, const server_secret& secret) {
  auto in = blocking_transaction::begin(url);
  if (!in) return in.error();
  const auto begun = organisation::new_organisation(organisation_id{fresh_id()}, what.slug, what.name,
                                                    what.unit, what.locale, system_clock_source{}.now());
  const auto id = to_string(begun.id);
  auto made =
      in->run(insert_organisation, {id, what.slug, what.name, std::string{what.unit.code()}, what.locale});
  if (!made) return made.error();
  if (std::string_view(PQcmdTuples(made->get())) == "0")
    return refusal{errc::conflict, "there is an organisation '" + what.slug + "' already"};
  if (auto shops = insert_shops(*in, begun); !shops) return shops.error();
  if (auto noted = in->run(note_change, {id, to_string(fresh_id()), "create_organisation", "organisation", id,
                                         json_object{}.add("slug", what.slug).add("name", what.name).text()});
      !noted)
    return noted.error();
  administrator.organisation = what.slug;
  administrator.role = organisation::role::administrator;
  auto became = give_role(*in, administrator, id, secret);
  if (!became) return became;
  if (auto committed = in->commit(); !committed) return committed.error();
  return became;
}

outcome<staff_account> add_staff(const std::string& url, const new_staff& who, const server_secret& secret) {
  auto in = blocking_transaction::begin(url);
  if (!in) return in.error();
  auto found = in->run("select id from organisations where slug = $1", {who.organisation});
  if (!found) return found.error();
  const auto organisation = first_value(*found);
  if (organisation.empty())
    return refusal{errc::not_found, "there is no organisation '" + who.organisation + "'"};
  auto became = give_role(*in, who, organisation, secret);
  if (!became) return became;
  if (auto committed = in->commit(); !committed) return committed.error();
  return became;
}

outcome<std::vector<listed_organisation>> list_organisations(const std::string& url) {
  auto in = blocking_transaction::begin(url);
  if (!in) return in.error();
  auto rows = in->run(
      "select slug, name, currency, locale, "
      "(select count(*) from households h where h.organisation_id = o.id), "
      "(select count(*) from roles r where r.organisation_id = o.id) from organisations o order by slug",
      {});
  if (!rows) return rows.error();
  std::vector<listed_organisation> out;
  for (int row = 0; row < PQntuples(rows->get()); ++row) {
    const auto text = [&](int column) { return std::string{PQgetvalue(rows->get(), row, column)}; };
    out.push_back({text(0), text(1), text(2), text(3), std::stoll(text(4)), std::stoll(text(5))});
  }
  return out;
}

} // namespace foyer::storage
