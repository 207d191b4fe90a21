#include "actors/session/sessions.hpp"
#include "storage/loaders/read.hpp"

namespace foyer::storage {
namespace {

constexpr pg::statement load_session_sql{"load_session", R"sql(
select s.id, s.token_hash, s.assurance = 'login', s.account_id, s.organisation_id, s.household_id, s.remembered,
  s.device, s.address, s.created_at, s.last_used_at, s.password_at, s.expires_at, s.only_order,
  a.username, a.email, a.email_key, a.first_name, a.last_name, a.birth_date, a.locale,
  array(select r.organisation_id from roles r where r.account_id = a.id order by r.organisation_id),
  array(select r.role from roles r where r.account_id = a.id order by r.organisation_id)
from sessions s left join accounts a on a.id = s.account_id
where s.token_hash = $1
)sql"};

constexpr pg::statement list_sessions_sql{"list_sessions", R"sql(
select id, token_hash, assurance = 'login', account_id, organisation_id, household_id, remembered, device, address,
  created_at, last_used_at, password_at, expires_at, only_order
from sessions where account_id = $1 and expires_at > now() order by last_used_at desc, id desc limit 200
)sql"};

session::record session_of(pg::row_reader& row) {
  session::record out;
  row.into(out.id, out.token_hash, out.login, out.account, out.organisation, out.household, out.remembered, out.device,
           out.address, out.created_at, out.last_used_at, out.password_at, out.expires_at, out.only_order);
  return out;
}

std::optional<session::record> session_with_owner(const pg::rows& rows) {
  if (rows.size() == 0) return std::nullopt;
  pg::row_reader row{rows, 0};
  auto out = session_of(row);
  if (!out.account) return out;
  auto owner = std::make_shared<session::owner>();
  owner->id = *out.account;
  std::vector<organisation_id> organisations;
  std::vector<std::string> roles;
  row.into(owner->username, owner->email, owner->email_key, owner->first_name, owner->last_name, owner->birth_date, owner->locale,
           organisations, roles);
  for (std::size_t i = 0; i < organisations.size() && i < roles.size(); ++i)
    if (const auto role = organisation::parse_role(roles[i])) owner->roles.emplace_back(organisations[i], *role);
  out.owner = std::move(owner);
  return out;
}

class session_loader final : public session::loader {
public:
  explicit session_loader(read_pool_ptr from) : from_(std::move(from)) {}

  void load_session(const sha256_hash& token_hash,
                    std::function<void(outcome<std::optional<session::record>>)> done) override {
    read<std::optional<session::record>>(from_, ask_for(load_session_sql, token_hash), std::move(done),
                                         session_with_owner);
  }

  void list_sessions(const account_id& of, std::function<void(outcome<std::vector<session::record>>)> done) override {
    read<std::vector<session::record>>(from_, ask_for(list_sessions_sql, of), std::move(done), [](const pg::rows& rows) {
      std::vector<session::record> out;
      for (int i = 0; i < rows.size(); ++i) {
        pg::row_reader row{rows, i};
        out.push_back(session_of(row));
      }
      return out;
    });
  }

private:
  read_pool_ptr from_;
};

} // namespace

std::unique_ptr<session::loader> create_session_loader(read_pool_ptr from) {
  return std::make_unique<session_loader>(std::move(from));
}

} // namespace foyer::storage
