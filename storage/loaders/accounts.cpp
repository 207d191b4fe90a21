#include "actors/account/accounts.hpp"

#include "storage/loaders/read.hpp"
#include "storage/loaders/token_row.hpp"

namespace foyer::storage {
namespace {

constexpr pg::statement load_account_sql{"load_account", R"sql(
select version, email, email_key, username, username_key, password_hash, first_name, last_name, birth_date, locale,
  website, newsletter, state = 'active', registered_at_organisation, registration_hash, created_at, confirmed_at,
  password_changed_at
from accounts where id = $1
)sql"};

// All valid ones, and the latest of the others to tell a late click what became of it; oldest first.
constexpr pg::statement load_account_tokens_sql{"load_account_tokens", R"sql(
select id, purpose, state, code_failures, subject, created_at, expires_at from (
  select *, row_number() over (partition by state = 'valid' order by id desc) as nth from tokens where account_id = $1
) t
where t.nth <= 32 order by t.id
)sql"};

account::state account_of(const account_id& id, const pg::rows& account, const pg::rows& tokens) {
  account::state out;
  out.id = id;
  if (account.size() == 0) return out;
  pg::row_reader{account, 0}.into(
      out.version, out.email, out.email_key, out.username, out.username_key, out.password_hash,
      out.first_name, out.last_name, out.birth_date, out.locale, out.website, out.newsletter, out.active,
      out.registered_at, out.registration_hash, out.created_at, out.confirmed_at, out.password_changed_at);
  for (int i = 0; i < tokens.size(); ++i) {
    pg::row_reader row{tokens, i};
    out.tokens.push_back(token_in(row));
  }
  return out;
}

class account_loader final : public account::loader {
public:
  explicit account_loader(read_pool_ptr from) : from_(std::move(from)) {}

  void load_account(const account_id& of, std::function<void(outcome<account::state>)> done) override {
    std::vector<pg::read_query> queries;
    queries.push_back(ask_for(load_account_sql, of));
    queries.push_back(ask_for(load_account_tokens_sql, of));
    read<account::state>(from_, everywhere{"accounts belong to no tenant"}, std::move(queries),
                         std::move(done),
                         [of](const all_rows& rows) { return account_of(of, rows[0], rows[1]); });
  }

private:
  read_pool_ptr from_;
};

} // namespace

std::unique_ptr<account::loader> create_account_loader(read_pool_ptr from) {
  return std::make_unique<account_loader>(std::move(from));
}

} // namespace foyer::storage
