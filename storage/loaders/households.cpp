#include "storage/loaders/households.hpp"

#include "storage/loaders/gather.hpp"
#include "storage/loaders/household_rows.hpp"
#include "storage/loaders/query.hpp"

namespace foyer::storage {
namespace {

using household::maybe_id;
using household::state;

const std::string household_sql =
    std::string{"select "} + household_columns +
    " from households h left join accounts a on a.id = h.account_id where h.id = any ($1::uuid[])";
const std::string members_sql =
    std::string{"select "} + member_columns +
    " from members m where m.household_id = any ($1::uuid[]) order by m.household_id, m.position";
const pg::statement households_by_id{"households_by_id", household_sql.c_str()};
const pg::statement members_of_households{"members_of_households", members_sql.c_str()};

constexpr pg::statement households_of_accounts{"households_of_accounts", R"sql(
select h.organisation_id, h.account_id, h.id from unnest($1::uuid[], $2::uuid[]) a(organisation_id, account_id)
join households h on h.organisation_id = a.organisation_id and h.account_id = a.account_id
)sql"};
constexpr pg::statement household_by_email{
    "household_by_email",
    "select id from households where organisation_id = $1 and email_key = $2 and not archived "
    "and ($3::boolean or account_id is null) order by created_at, id limit 1"};
constexpr pg::statement household_by_number{
    "household_by_number", "select id from households where organisation_id = $1 and number = $2"};

constexpr pg::statement household_by_key{"household_by_key",
                                         "select household_id from space_keys where hash = $1"};
constexpr pg::statement space_code_of_household{"space_code_of_household",
                                                "select id, expires_at from tokens where household_id = $1 "
                                                "and purpose = 'space_code' and state = 'valid' "
                                                "order by id desc limit 1"};

outcome<maybe_id> id_of(const pg::read_pool::all_rows& from) {
  if (from[0].size() == 0) return maybe_id{};
  return maybe_id{pg::row_reader{from[0], 0}.next<household_id>()};
}

using by_id = gather<household_id, state>;

by_id::values states_of(const all_rows& from) {
  by_id::values out;
  for (int row = 0; row < from[0].size(); ++row) {
    auto one = read_household(from[0], row);
    out.emplace(one.id, std::move(one));
  }
  household_id whose;
  for (int row = 0; row < from[1].size(); ++row) {
    auto member = read_member(from[1], row, whose);
    if (const auto found = out.find(whose); found != out.end())
      found->second.members.push_back(std::move(member));
  }
  return out;
}

/// Whose household is looked for, and where.
struct owner {
  organisation_id at;
  account_id whose;
  friend bool operator==(const owner&, const owner&) = default;
};
struct owner_hash {
  std::size_t operator()(const owner& of) const noexcept {
    return hash_of(of.at.value) * 31 + hash_of(of.whose.value);
  }
};
using by_account = gather<owner, maybe_id, owner_hash>;

by_account::values households_of(const all_rows& from) {
  by_account::values out;
  for (int i = 0; i < from[0].size(); ++i) {
    pg::row_reader row{from[0], i};
    owner of;
    household_id found;
    row.into(of.at, of.whose, found);
    out.emplace(of, found);
  }
  return out;
}

pg::read_query ask_by_owners(const pg::statement& what, const std::vector<owner>& owners) {
  std::vector<organisation_id> organisations;
  std::vector<account_id> accounts;
  for (const auto& each : owners) {
    organisations.push_back(each.at);
    accounts.push_back(each.whose);
  }
  return ask_for(what, organisations, accounts);
}

state blank(const household_id& of) {
  state out;
  out.id = of;
  return out;
}

class households final : public household::loader {
public:
  explicit households(pg::read_pool& from)
      : from_(from),
        // The pool is the caller's and outlives this.
        by_id_(std::make_shared<by_id>(read_pool_ptr{read_pool_ptr{}, &from},
                                       std::vector{&households_by_id, &members_of_households}, states_of,
                                       blank)),
        by_account_(std::make_shared<by_account>(
            read_pool_ptr{read_pool_ptr{}, &from}, std::vector{&households_of_accounts}, households_of,
            [](const owner&) { return maybe_id{}; }, ask_by_owners)) {}

  void load_household(const household_id& of, told<state> done) override {
    by_id_->find(of, std::move(done));
  }
  void find_of_account(const organisation_id& at, const account_id& whose, told<maybe_id> done) override {
    by_account_->find({at, whose}, std::move(done));
  }
  void find_by_email(const organisation_id& at, std::string email_key, household::with_account which,
                     told<maybe_id> done) override {
    const bool any = which == household::with_account::any;
    read<maybe_id>(from_, within{at}, queries(query(household_by_email, at, email_key, any)), std::move(done),
                   id_of);
  }
  void find_by_number(const organisation_id& at, std::string number, told<maybe_id> done) override {
    read<maybe_id>(from_, within{at}, queries(query(household_by_number, at, number)), std::move(done),
                   id_of);
  }
  void find_by_key(const sha256_hash& hash, told<maybe_id> done) override {
    read<maybe_id>(from_, everywhere{"a key says by itself whose it is"},
                   queries(query(household_by_key, hash)), std::move(done), id_of);
  }
  void find_space_code(const household_id& of, told<std::optional<household::space_code>> done) override {
    using found = std::optional<household::space_code>;
    read<found>(from_, everywhere{"a household is asked for by its id alone"},
                queries(query(space_code_of_household, of)), std::move(done),
                [](const pg::read_pool::all_rows& got) -> outcome<found> {
                  if (got[0].size() == 0) return found{};
                  household::space_code out;
                  pg::row_reader{got[0], 0}.into(out.id, out.expires_at);
                  return found{out};
                });
  }

private:
  pg::read_pool& from_;
  std::shared_ptr<by_id> by_id_;
  std::shared_ptr<by_account> by_account_;
};

} // namespace

state read_household(const pg::rows& from, int row) {
  pg::row_reader reader{from, row};
  return read_household(reader);
}

state read_household(pg::row_reader& from) {
  state out;
  std::string status;
  from.into(out.organisation, out.id, out.version, out.number, status, out.archived, out.responsible,
            out.email, out.email_key, out.phone, out.address, out.locale, out.tags, out.newsletter,
            out.account, out.account_username, out.linked_at, out.box_office_since, out.everything_shown,
            out.username, out.website, out.key_version, out.last_balance_mail_at, out.created_at,
            out.merged_into);
  out.status = household::parse_status(status).value_or(household::status::added);
  return out;
}

household::member read_member(const pg::rows& from, int row, household_id& whose) {
  pg::row_reader reader{from, row};
  return read_member(reader, whose);
}

household::member read_member(pg::row_reader& from, household_id& whose) {
  household::member out;
  from.into(whose, out.id, out.first_name, out.last_name, out.birth_date, out.email, out.phone, out.relation,
            out.answers);
  return out;
}

std::unique_ptr<household::loader> create_household_loader(pg::read_pool& from) {
  return std::make_unique<households>(from);
}

} // namespace foyer::storage
