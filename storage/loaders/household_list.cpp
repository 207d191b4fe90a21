#include "storage/loaders/household_rows.hpp"
#include "storage/loaders/households.hpp"
#include "storage/loaders/query.hpp"

#include <unordered_map>

namespace foyer::storage {
namespace {

using household::page;

// Filters that are not set are null (migrations/007_search.sql tells how they are found).
constexpr pg::statement household_ids{
    "household_ids", "select id from find_households(nullif(current_setting('foyer.organisation', true), "
                     "'')::uuid, $1, $2, $3, $4, $5, $6, $7, $8) as id"};

const std::string households_sql = std::string{"select "} + household_columns +
                                   " from households h left join accounts a on a.id = h.account_id "
                                   "where h.id = any($1::uuid[]) order by h.id desc";
const std::string members_sql = std::string{"select "} + member_columns +
                                " from members m where m.household_id = any($1::uuid[]) "
                                "order by m.household_id, m.position";
const pg::statement households_by_ids{"households_by_ids", households_sql.c_str()};
const pg::statement members_by_households{"members_by_households", members_sql.c_str()};
constexpr pg::statement wallets_by_ids{
    "wallets_by_ids", "select household_id, organisation_id, balance, held, entries_count from wallets "
                      "where household_id = any($1::uuid[])"};

page page_of(const pg::read_pool::all_rows& from, bool more) {
  page out;
  out.more = more;
  std::unordered_map<household_id, std::size_t> place;
  for (int row = 0; row < from[0].size(); ++row) {
    household::listed one;
    one.who = read_household(from[0], row);
    one.purse.organisation = one.who.organisation;
    one.purse.household = one.who.id;
    place.emplace(one.who.id, out.households.size());
    out.households.push_back(std::move(one));
  }
  for (int row = 0; row < from[1].size(); ++row) {
    household_id whose;
    auto member = read_member(from[1], row, whose);
    if (const auto found = place.find(whose); found != place.end())
      out.households[found->second].who.members.push_back(std::move(member));
  }
  for (int row = 0; row < from[2].size(); ++row) {
    wallet::state purse;
    pg::row_reader{from[2], row}.into(purse.household, purse.organisation, purse.balance, purse.held,
                                      purse.entries_count);
    if (const auto found = place.find(purse.household); found != place.end())
      out.households[found->second].purse = purse;
  }
  return out;
}

class household_list final : public household::list {
public:
  explicit household_list(pg::read_pool& from) : from_(from) {}

  void list_households(const household::filter& which, told<page> done) override {
    std::optional<std::string> status;
    if (which.status) status = to_string(*which.status);
    const auto limit = static_cast<std::int64_t>(which.limit);
    auto asked = query(household_ids, which.text, status, pg::none_if_empty(which.tag), which.linked,
                       which.archived, which.balance_sign, which.before, limit + 1);
    auto& pool = from_;
    const within scope{which.organisation};
    pool.run(queries(std::move(asked)), scope,
             [&pool, scope, limit, done](outcome<pg::read_pool::all_rows> got) {
               if (!got) return done(std::move(got.error()));
               std::vector<household_id> ids;
               for (int row = 0; row < (*got)[0].size(); ++row)
                 ids.push_back(pg::row_reader{(*got)[0], row}.next<household_id>());
               const bool more = static_cast<std::int64_t>(ids.size()) > limit;
               if (more) ids.pop_back();
               read<page>(pool, scope,
                          queries(query(households_by_ids, ids), query(members_by_households, ids),
                                  query(wallets_by_ids, ids)),
                          done, [more](const pg::read_pool::all_rows& rows) -> outcome<page> {
                            return page_of(rows, more);
                          });
             });
  }

private:
  pg::read_pool& from_;
};

} // namespace

std::unique_ptr<household::list> create_household_list(pg::read_pool& from) {
  return std::make_unique<household_list>(from);
}

} // namespace foyer::storage
