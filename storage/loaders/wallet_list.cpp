#include "storage/loaders/office.hpp"
#include "storage/loaders/query.hpp"

#include <algorithm>

namespace foyer::storage {
namespace {

using wallet::list_page;

// The cursor is a range of the index in any case, so that a late page costs no more than the first.
// Few households owe or are owed something: these are found from the wallets that there are.
constexpr pg::statement wallets_with_balance{"wallets_with_balance", R"sql(
select h.id, h.number, h.email, h.archived, m.first_name, m.last_name, w.balance, w.held, h.last_balance_mail_at
from wallets w join households h on h.id = w.household_id left join members m on m.id = h.responsible_id
where w.organisation_id = $1 and (($2 > 0 and w.balance > 0) or ($2 < 0 and w.balance < 0))
  and w.household_id < coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
  and ($5::timestamptz is null or h.last_balance_mail_at is null or h.last_balance_mail_at < $5)
  and ($6::timestamptz is null or h.last_balance_mail_at >= $6)
order by w.household_id desc limit $4::bigint
)sql"};
// Every household has a wallet (W1), also one that nothing was written to yet.
constexpr pg::statement wallets_of_all{"wallets_of_all", R"sql(
select h.id, h.number, h.email, h.archived, m.first_name, m.last_name, coalesce(w.balance, 0), coalesce(w.held, 0),
  h.last_balance_mail_at
from households h left join wallets w on w.household_id = h.id left join members m on m.id = h.responsible_id
where h.organisation_id = $1 and ($2::integer is null or coalesce(w.balance, 0) = 0)
  and h.id < coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
  and ($5::timestamptz is null or h.last_balance_mail_at is null or h.last_balance_mail_at < $5)
  and ($6::timestamptz is null or h.last_balance_mail_at >= $6)
order by h.id desc limit $4::bigint
)sql"};
constexpr pg::statement wallet_totals{"wallet_totals", R"sql(
select count(*) filter (where balance > 0), coalesce(sum(balance) filter (where balance > 0), 0)::bigint,
  count(*) filter (where balance < 0), coalesce(sum(balance) filter (where balance < 0), 0)::bigint,
  coalesce(sum(held), 0)::bigint
from wallets where organisation_id = $1
)sql"};

constexpr pg::statement wallet_sums{"wallet_sums", R"sql(
select count(*), coalesce(sum(balance), 0)::bigint, coalesce(sum(held), 0)::bigint
from wallets where organisation_id = $1 and (($2 > 0 and balance > 0) or ($2 < 0 and balance < 0))
)sql"};
// Apart, since only this one has to look at the households.
constexpr pg::statement wallet_selection{"wallet_selection", R"sql(
select count(*), coalesce(sum(w.balance), 0)::bigint, coalesce(sum(w.held), 0)::bigint
from wallets w join households h on h.id = w.household_id
where w.organisation_id = $1 and (($2 > 0 and w.balance > 0) or ($2 < 0 and w.balance < 0))
  and ($3::timestamptz is null or h.last_balance_mail_at is null or h.last_balance_mail_at < $3)
  and ($4::timestamptz is null or h.last_balance_mail_at >= $4)
)sql"};

list_page page_of(const all_rows& from, int limit) {
  list_page out;
  out.more = from[0].size() > limit;
  for (int row = 0; row < std::min(from[0].size(), limit); ++row) {
    wallet::listed_wallet one;
    pg::row_reader{from[0], row}.into(one.household, one.number, one.email, one.archived, one.first_name,
                                      one.last_name, one.balance, one.held, one.last_balance_mail_at);
    out.wallets.push_back(std::move(one));
  }
  if (from.size() < 2) return out;
  pg::row_reader{from[1], 0}.into(out.totals.positive_count, out.totals.positive, out.totals.negative_count,
                                  out.totals.negative, out.totals.held);
  if (from.size() > 2) {
    auto& sums = out.selection.emplace();
    pg::row_reader{from[2], 0}.into(sums.count, sums.balance, sums.held);
  }
  return out;
}

void add_totals(std::vector<pg::read_query>& to, const wallet::list_filter& which, bool some) {
  to.push_back(query(wallet_totals, which.organisation));
  const bool by_mail = which.mailed_before || which.mailed_since;
  if (some && by_mail)
    to.push_back(query(wallet_selection, which.organisation, which.balance_sign, which.mailed_before,
                       which.mailed_since));
  else if (some)
    to.push_back(query(wallet_sums, which.organisation, which.balance_sign));
}

class wallet_list final : public wallet::list {
public:
  explicit wallet_list(pg::read_pool& from) : from_(from) {}

  void list_wallets(const wallet::list_filter& which, told<list_page> done) override {
    const bool some = which.balance_sign.value_or(0) != 0;
    const auto wanted = static_cast<std::int64_t>(which.limit) + 1;
    auto asked =
        queries(query(some ? wallets_with_balance : wallets_of_all, which.organisation, which.balance_sign,
                      which.before, wanted, which.mailed_before, which.mailed_since));
    if (which.with_totals) add_totals(asked, which, some);
    read<list_page>(
        from_, within{which.organisation}, std::move(asked), std::move(done),
        [limit = which.limit](const all_rows& got) -> outcome<list_page> { return page_of(got, limit); });
  }

private:
  pg::read_pool& from_;
};

} // namespace

std::unique_ptr<wallet::list> create_wallet_list(pg::read_pool& from) {
  return std::make_unique<wallet_list>(from);
}

} // namespace foyer::storage
