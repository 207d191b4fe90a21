#include "storage/loaders/like_pattern.hpp"
#include "storage/loaders/office.hpp"
#include "storage/loaders/query.hpp"

#include <algorithm>

namespace foyer::storage {
namespace {

using household::candidate_page;

// H7: a reservation is an order that is free or not yet paid; cancelled ones (3) don't count.
constexpr pg::statement link_candidates_sql{"link_candidates", R"sql(
select a.id, a.username, a.email, a.first_name, a.last_name, h.id, h.number, placed.count
from households h join accounts a on a.id = h.account_id
  cross join lateral (select count(*) from orders o join shops s on s.id = o.shop_id
    where o.household_id = h.id and o.account_id = a.id and s.kind = 'online' and o.status <> 3) placed
where h.organisation_id = $1 and h.id <> $2 and a.state = 'active' and placed.count > 0
  and ($3::text is null or a.username ilike $3 or a.email ilike $3 or a.email_key ilike $3
    or a.first_name || ' ' || a.last_name ilike $3 or a.last_name || ' ' || a.first_name ilike $3)
  and ($4::uuid is null or h.id < $4)
order by h.id desc limit $5::bigint
)sql"};

constexpr pg::statement link_candidate_sql{"link_candidate", R"sql(
select a.id, a.username, a.email, a.first_name, a.last_name, h.id, h.number, placed.count
from households h join accounts a on a.id = h.account_id
  cross join lateral (select count(*) from orders o join shops s on s.id = o.shop_id
    where o.household_id = h.id and o.account_id = a.id and s.kind = 'online' and o.status <> 3) placed
where h.organisation_id = $1 and h.account_id = $2 and a.state = 'active' and placed.count > 0
)sql"};

household::link_candidate candidate_of(const pg::rows& from, int row) {
  household::link_candidate one;
  pg::row_reader{from, row}.into(one.account, one.username, one.email, one.first_name, one.last_name, one.own,
                                 one.own_number, one.online_orders);
  return one;
}

candidate_page page_of(const pg::rows& from, int limit) {
  candidate_page out;
  out.more = from.size() > limit;
  for (int row = 0; row < std::min(from.size(), limit); ++row) {
    out.candidates.push_back(candidate_of(from, row));
  }
  return out;
}

class link_candidates final : public household::candidates {
public:
  explicit link_candidates(pg::read_pool& from) : from_(from) {}

  void list_candidates(const household::candidate_filter& which, told<candidate_page> done) override {
    std::optional<std::string> text;
    if (!which.text.empty()) text = like_pattern(which.text);
    auto asked = query(link_candidates_sql, which.organisation, which.to_link, text, which.before,
                       static_cast<std::int64_t>(which.limit) + 1);
    read<candidate_page>(from_, within{which.organisation}, queries(std::move(asked)), std::move(done),
                         [limit = which.limit](const all_rows& got) -> outcome<candidate_page> {
                           return page_of(got[0], limit);
                         });
  }

  void find_candidate(const organisation_id& at, const account_id& whose,
                      told<std::optional<household::link_candidate>> done) override {
    using found = std::optional<household::link_candidate>;
    read<found>(from_, within{at}, queries(query(link_candidate_sql, at, whose)), std::move(done),
                [](const all_rows& got) -> outcome<found> {
                  if (got[0].size() == 0) return found{};
                  return found{candidate_of(got[0], 0)};
                });
  }

private:
  pg::read_pool& from_;
};

} // namespace

std::unique_ptr<household::candidates> create_link_candidates(pg::read_pool& from) {
  return std::make_unique<link_candidates>(from);
}

} // namespace foyer::storage
