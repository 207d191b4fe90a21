#include "actors/account/accounts.hpp"
#include "storage/loaders/read.hpp"
#include "storage/loaders/token_row.hpp"

namespace foyer::storage {
namespace {

constexpr pg::statement by_email_sql{"account_by_email", "select id from accounts where email_key = $1"};
constexpr pg::statement by_username_sql{"account_by_username",
                                        "select id from accounts where username_key = $1"};
constexpr pg::statement by_token_sql{"account_by_token", R"sql(
select id, purpose, state, code_failures, subject, created_at, expires_at, account_id, household_id
from tokens where hash = $1
)sql"};
constexpr pg::statement by_new_email_sql{"account_by_new_email", R"sql(
select account_id from tokens
where lower(subject) = lower($1) and purpose = 'email_change' and account_id is not null
order by state = 'valid' desc, id desc limit 1
)sql"};
// By bytes, so that the index of prefixes serves; ':' follows '9'.
constexpr pg::statement usernames_like_sql{"usernames_like", R"sql(
select username_key from accounts
where username_key ~>=~ $1::text and username_key ~<~ ($1::text || ':')
  and substr(username_key, length($1::text) + 1) ~ '^[0-9]*$'
limit 10000
)sql"};

constexpr pg::statement is_staff_sql{"account_is_staff",
                                     "select exists (select from roles where account_id = $1)"};

constexpr everywhere accounts_everywhere{"accounts belong to no tenant"};

using found_account = std::optional<account_id>;

found_account account_in(const pg::rows& rows) {
  if (rows.size() == 0) return {};
  return pg::row_reader{rows, 0}.next<account_id>();
}

class account_finder final : public account::finder {
public:
  explicit account_finder(read_pool_ptr from) : from_(std::move(from)) {}

  void by_email(const std::string& email_key, reply<found_account> back) override {
    read<found_account>(from_, accounts_everywhere, ask_for(by_email_sql, email_key), back, account_in);
  }

  void by_username(const std::string& username_key, reply<found_account> back) override {
    read<found_account>(from_, accounts_everywhere, ask_for(by_username_sql, username_key), back, account_in);
  }

  void by_token(const sha256_hash& hash, reply<std::optional<account::token_owner>> back) override {
    using found = std::optional<account::token_owner>;
    read<found>(from_, everywhere{"a link says by itself whose it is"}, ask_for(by_token_sql, hash), back,
                [](const pg::rows& rows) -> found {
                  if (rows.size() == 0) return {};
                  pg::row_reader row{rows, 0};
                  account::token_owner out;
                  out.token = token_in(row);
                  row.into(out.account, out.household);
                  return out;
                });
  }

  void is_staff(const account_id& who, reply<bool> back) override {
    read<bool>(from_, everywhere{"of any house"}, ask_for(is_staff_sql, who), back, [](const pg::rows& rows) {
      return pg::row_reader{rows, 0}.next<bool>();
    });
  }

  void by_new_email(const std::string& email, reply<found_account> back) override {
    read<found_account>(from_, accounts_everywhere, ask_for(by_new_email_sql, email), back, account_in);
  }

  void usernames_like(const std::string& base, reply<std::set<std::string>> back) override {
    read<std::set<std::string>>(from_, accounts_everywhere, ask_for(usernames_like_sql, base), back,
                                [](const pg::rows& rows) {
                                  std::set<std::string> out;
                                  for (int i = 0; i < rows.size(); ++i)
                                    out.insert(pg::row_reader{rows, i}.next<std::string>());
                                  return out;
                                });
  }

private:
  read_pool_ptr from_;
};

} // namespace

std::unique_ptr<account::finder> create_account_finder(read_pool_ptr from) {
  return std::make_unique<account_finder>(std::move(from));
}

} // namespace foyer::storage
