#include "storage/loaders/household_rows.hpp"
#include "storage/loaders/office.hpp"
#include "storage/loaders/query.hpp"

#include <algorithm>

namespace foyer::storage {
namespace {

using merge::belongings;
using merge::duplicates_page;
using merge::record;

// Every count by an index that leads with the household or its orders.
constexpr pg::statement merge_belongings{"merge_belongings", R"sql(
select count(*), count(*) filter (where o.status = 1),
  coalesce(sum((select count(*) from tickets t where t.order_id = o.id and t.status <> 3)), 0)::bigint,
  coalesce(sum((select count(*) from benefits b where b.order_id = o.id)), 0)::bigint,
  (select count(*) from campaign_recipients r where r.household_id = $1)
from orders o where o.household_id = $1
)sql"};

// What keeps a merge from being undone: the same questions as undo_merge and the actors ask in the end.
#define FOYER_MERGE_COLUMNS                                                                                  \
  "m.id, m.organisation_id, m.into_id, m.from_id, f.number, t.number, m.cause, m.moved, "                    \
  "(select count(*) from merged_orders o where o.merge_id = m.id), m.into_version, m.from_version, "         \
  "m.into_entries, m.from_entries, m.by_account, m.at, m.undone_at, "                                        \
  "m.undone_at is null and (m.into_orders <> (select count(*) from orders where household_id = m.into_id) "  \
  "or exists (select from merged_orders x left join orders o on o.id = x.order_id "                          \
  "where x.merge_id = m.id and (o.version, o.household_id) is distinct from (x.version, m.into_id))), "      \
  "m.undone_at is null and (m.into_entries <> coalesce((select entries_count from wallets "                  \
  "where household_id = m.into_id), 0) or m.from_entries <> coalesce((select entries_count from wallets "    \
  "where household_id = m.from_id), 0)), "                                                                   \
  "m.undone_at is null and (m.into_version, m.from_version) <> (t.version, f.version) "                      \
  "from household_merges m join households t on t.id = m.into_id join households f on f.id = m.from_id "

constexpr pg::statement merges_of_household{"merges_of_household",
                                            "select " FOYER_MERGE_COLUMNS
                                            "where m.into_id = $1 order by m.id desc limit $2::bigint"};
constexpr pg::statement merge_by_id{"merge_by_id", "select " FOYER_MERGE_COLUMNS
                                                   "where m.organisation_id = $1 and m.id = $2"};
#undef FOYER_MERGE_COLUMNS

std::string before_sql(const char* household, const char* members) {
  return std::string{"select "} + household_columns +
         " from household_merges x cross join jsonb_populate_record(null::households, x." + household +
         ") h left join accounts a on a.id = h.account_id where x.organisation_id = $1 and x.id = $2 and x." +
         members + " is not null";
}
std::string members_sql(const char* members) {
  return std::string{"select "} + member_columns +
         " from household_merges x cross join jsonb_populate_recordset(null::members, x." + members +
         ") m where x.organisation_id = $1 and x.id = $2 order by m.position";
}
const std::string into_before_sql = before_sql("into_before", "into_members");
const std::string from_before_sql = before_sql("from_before", "from_members");
const std::string into_members_sql = members_sql("into_members");
const std::string from_members_sql = members_sql("from_members");
const pg::statement merge_into_before{"merge_into_before", into_before_sql.c_str()};
const pg::statement merge_from_before{"merge_from_before", from_before_sql.c_str()};
const pg::statement merge_into_members{"merge_into_members", into_members_sql.c_str()};
const pg::statement merge_from_members{"merge_from_members", from_members_sql.c_str()};

// By the contact addresses of all that went into it, one after the other.
constexpr pg::statement merged_addresses{"merged_addresses", R"sql(
with recursive gone as (
  select id, email_key from households where merged_into = $1
  union all
  select h.id, h.email_key from households h join gone g on h.merged_into = g.id)
select exists (select from gone where email_key = $2)
)sql"};

constexpr pg::statement likely_duplicates{"likely_duplicates", R"sql(
select key, reasons, households from likely_duplicates($1, $2, $3::bigint)
)sql"};

record record_of(const pg::rows& from, int row) {
  record out;
  std::int32_t cause = 1;
  bool orders = false;
  bool wallet = false;
  bool household = false;
  pg::row_reader{from, row}.into(out.id, out.organisation, out.into, out.from, out.from_number,
                                 out.into_number, cause, out.moved, out.orders, out.into_version,
                                 out.from_version, out.into_entries, out.from_entries, out.by, out.at,
                                 out.undone_at, orders, wallet, household);
  out.cause = static_cast<merge_cause>(cause);
  if (orders) out.newer.emplace_back("orders");
  if (wallet) out.newer.emplace_back("wallet");
  if (household) out.newer.emplace_back("household");
  return out;
}

household::state household_of(const pg::rows& record, const pg::rows& members) {
  auto out = read_household(record, 0);
  household_id whose;
  for (int row = 0; row < members.size(); ++row) out.members.push_back(read_member(members, row, whose));
  return out;
}

class merges final : public merge::records {
public:
  explicit merges(pg::read_pool& from) : from_(from) {}

  void count(const organisation_id& at, const household_id& of, told<belongings> done) override {
    read<belongings>(from_, within{at}, queries(query(merge_belongings, of)), std::move(done),
                     [](const all_rows& got) -> outcome<belongings> {
                       belongings out;
                       pg::row_reader{got[0], 0}.into(out.orders, out.open_orders, out.tickets, out.benefits,
                                                      out.invitations);
                       return out;
                     });
  }

  void list(const organisation_id& at, const household_id& into, int limit,
            told<std::vector<record>> done) override {
    using all = std::vector<record>;
    read<all>(from_, within{at}, queries(query(merges_of_household, into, static_cast<std::int64_t>(limit))),
              std::move(done), [](const all_rows& got) -> outcome<all> {
                all out;
                for (int row = 0; row < got[0].size(); ++row) out.push_back(record_of(got[0], row));
                return out;
              });
  }

  void load(const organisation_id& at, const merge_id& which, told<record> done) override {
    read<record>(from_, within{at},
                 queries(query(merge_by_id, at, which), query(merge_into_before, at, which),
                         query(merge_into_members, at, which), query(merge_from_before, at, which),
                         query(merge_from_members, at, which)),
                 std::move(done), [](const all_rows& got) -> outcome<record> {
                   if (got[0].size() == 0) return errc::not_found;
                   auto out = record_of(got[0], 0);
                   out.into_before = household_of(got[1], got[2]);
                   out.from_before = household_of(got[3], got[4]);
                   return out;
                 });
  }

  void had_address(const organisation_id& at, const household_id& of, std::string email_key,
                   told<bool> done) override {
    read<bool>(from_, within{at}, queries(query(merged_addresses, of, email_key)), std::move(done),
               [](const all_rows& got) -> outcome<bool> {
                 return pg::row_reader{got[0], 0}.next<bool>();
               });
  }

  void list_duplicates(const organisation_id& at, std::optional<uuid> after, int limit,
                       told<duplicates_page> done) override {
    const auto wanted = static_cast<std::int64_t>(limit) + 1;
    read<duplicates_page>(from_, within{at}, queries(query(likely_duplicates, at, after, wanted)),
                          std::move(done), [limit](const all_rows& got) -> outcome<duplicates_page> {
                            duplicates_page out;
                            out.more = got[0].size() > limit;
                            for (int row = 0; row < std::min(got[0].size(), limit); ++row) {
                              merge::duplicates one;
                              pg::row_reader{got[0], row}.into(one.key, one.reasons, one.households);
                              out.groups.push_back(std::move(one));
                            }
                            return out;
                          });
  }

private:
  pg::read_pool& from_;
};

} // namespace

std::unique_ptr<merge::records> create_merge_records(pg::read_pool& from) {
  return std::make_unique<merges>(from);
}

} // namespace foyer::storage
