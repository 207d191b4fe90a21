#include "actors/session/sessions.hpp"

#include "storage/loaders/gather.hpp"
#include "storage/loaders/session_rows.hpp"

namespace foyer::storage {
namespace {

// A session that a unique key opened ends with that key (S6), also where it was opened while the key was
// replaced.
const std::string load_sessions_text =
    std::string{"select s.token_hash, "} + session_columns + ", " + owner_columns +
    " from sessions s left join accounts a on a.id = s.account_id left join households h on h.id = "
    "s.household_id"
    " where s.token_hash = any ($1::bytea[]) and (s.key_version is null or s.key_version = h.key_version)";
const pg::statement load_sessions_sql{"load_sessions", load_sessions_text.c_str()};

const std::string list_sessions_text = std::string{"select "} + session_columns +
                                       " from sessions s where s.account_id = $1 and s.expires_at > now()"
                                       " order by s.last_used_at desc, s.id desc limit 200";
const pg::statement list_sessions_sql{"list_sessions", list_sessions_text.c_str()};

using found_session = std::optional<session::record>;

found_session session_with_owner(pg::row_reader& row, const sha256_hash&) {
  auto out = read_session(row);
  read_owner(row, out);
  return out;
}

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
                                           out.push_back(read_session(row));
                                         }
                                         return out;
                                       });
  }

private:
  using sessions = gather<sha256_hash, found_session, hash_of_token>;

  read_pool_ptr from_;
  std::shared_ptr<sessions> sessions_;
};

} // namespace

session::record read_session(pg::row_reader& from) {
  session::record out;
  from.into(out.id, out.token_hash, out.login, out.account, out.organisation, out.household, out.remembered,
            out.device, out.address, out.created_at, out.last_used_at, out.password_at, out.expires_at,
            out.only_order);
  return out;
}

void read_owner(pg::row_reader& from, session::record& of) {
  if (!of.account) return;
  auto owner = std::make_shared<session::owner>();
  owner->id = *of.account;
  std::vector<std::string> roles;
  from.into(owner->username, owner->email, owner->email_key, owner->first_name, owner->last_name,
            owner->birth_date, owner->locale, roles);
  for (const std::string_view each : roles) {
    const auto gap = each.find(' ');
    const auto role = organisation::parse_role(each.substr(0, gap));
    const auto where = parse_uuid(each.substr(gap + 1));
    if (role && where) owner->roles.emplace_back(organisation_id{*where}, *role);
  }
  of.owner = std::move(owner);
}

std::unique_ptr<session::loader> create_session_loader(read_pool_ptr from) {
  return std::make_unique<session_loader>(std::move(from));
}

} // namespace foyer::storage
