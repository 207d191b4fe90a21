#include "actors/session/sessions.hpp"

#include "storage/loaders/gather.hpp"

namespace foyer::storage {
namespace {

// A session that a unique key opened ends with that key (S6), also where it was opened while the key was
// replaced.
constexpr pg::statement load_sessions_sql{"load_sessions", R"sql(
select s.token_hash, s.id, s.token_hash, s.assurance = 'login', s.account_id, s.organisation_id, s.household_id, s.remembered,
  s.device, s.address, s.created_at, s.last_used_at, s.password_at, s.expires_at, s.only_order,
  a.username, a.email, a.email_key, a.first_name, a.last_name, a.birth_date, a.locale,
  array(select r.organisation_id from roles r where r.account_id = a.id order by r.organisation_id),
  array(select r.role from roles r where r.account_id = a.id order by r.organisation_id)
from sessions s left join accounts a on a.id = s.account_id left join households h on h.id = s.household_id
where s.token_hash = any ($1::bytea[]) and (s.key_version is null or s.key_version = h.key_version)
)sql"};

constexpr pg::statement list_sessions_sql{"list_sessions", R"sql(
select id, token_hash, assurance = 'login', account_id, organisation_id, household_id, remembered, device, address,
  created_at, last_used_at, password_at, expires_at, only_order
from sessions where account_id = $1 and expires_at > now() order by last_used_at desc, id desc limit 200
)sql"};

session::record session_of(pg::row_reader& row) {
  session::record out;
  row.into(out.id, out.token_hash, out.login, out.account, out.organisation, out.household, out.remembered,
           out.device, out.address, out.created_at, out.last_used_at, out.password_at, out.expires_at,
           out.only_order);
  return out;
}

using found_session = std::optional<session::record>;

found_session session_with_owner(pg::row_reader& row, const sha256_hash&) {
  auto out = session_of(row);
  if (!out.account) return out;
  auto owner = std::make_shared<session::owner>();
  owner->id = *out.account;
  std::vector<organisation_id> organisations;
  std::vector<std::string> roles;
  row.into(owner->username, owner->email, owner->email_key, owner->first_name, owner->last_name,
           owner->birth_date, owner->locale, organisations, roles);
  for (std::size_t i = 0; i < organisations.size() && i < roles.size(); ++i)
    if (const auto role = organisation::parse_role(roles[i]))
      owner->roles.emplace_back(organisations[i], *role);
  out.owner = std::move(owner);
  return out;
}

/// Of hashes: any of their bytes are as good as random.
struct first_bytes {
  std::size_t operator()(const sha256_hash& of) const noexcept {
    std::size_t out = 0;
    std::memcpy(&out, of.data(), sizeof out);
    return out;
  }
};

class session_loader final : public session::loader {
public:
  explicit session_loader(read_pool_ptr from)
      : from_(from),
        sessions_(std::make_shared<sessions>(std::move(from), load_sessions_sql, session_with_owner,
                                             [](const sha256_hash&) { return found_session{}; })) {}

  void load_session(const sha256_hash& token_hash,
                    std::function<void(outcome<found_session>)> done) override {
    sessions_->find(token_hash, std::move(done));
  }

  void list_sessions(const account_id& of,
                     std::function<void(outcome<std::vector<session::record>>)> done) override {
    read<std::vector<session::record>>(from_, everywhere{"of one account at all houses"},
                                       ask_for(list_sessions_sql, of), std::move(done),
                                       [](const pg::rows& rows) {
                                         std::vector<session::record> out;
                                         for (int i = 0; i < rows.size(); ++i) {
                                           pg::row_reader row{rows, i};
                                           out.push_back(session_of(row));
                                         }
                                         return out;
                                       });
  }

private:
  using sessions = gather<sha256_hash, found_session, first_bytes>;

  read_pool_ptr from_;
  std::shared_ptr<sessions> sessions_;
};

} // namespace

std::unique_ptr<session::loader> create_session_loader(read_pool_ptr from) {
  return std::make_unique<session_loader>(std::move(from));
}

} // namespace foyer::storage
