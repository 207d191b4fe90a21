#include "storage/loaders/office.hpp"
#include "storage/loaders/query.hpp"

#include <algorithm>

namespace foyer::storage {
namespace {

using organisation::change_page;
using organisation::staff_member;
using people = std::vector<staff_member>;

constexpr pg::statement staff_of_organisation{"staff_of_organisation", R"sql(
select r.account_id, a.email, a.username, a.first_name, a.last_name, r.role, a.state = 'active', r.created_at
from roles r join accounts a on a.id = r.account_id
where r.organisation_id = $1 order by lower(a.last_name), lower(a.first_name), a.id
)sql"};
constexpr pg::statement changes_of_organisation{"changes_of_organisation", R"sql(
select c.id, c.account_id, c.action, c.subject_kind, c.subject_id, c.before, c.after, c.at, a.username, a.first_name,
  a.last_name
from staff_changes c left join accounts a on a.id = c.account_id
where c.organisation_id = $1 and ($2::text is null or c.subject_kind = $2)
  and ($3::uuid is null or c.subject_id = $3) and ($4::uuid is null or c.account_id = $4)
  and ($5::text is null or c.action = $5) and ($6::uuid is null or c.id < $6)
order by c.id desc limit $7::bigint
)sql"};

outcome<people> people_in(const all_rows& from) {
  people out;
  for (int row = 0; row < from[0].size(); ++row) {
    staff_member one;
    std::string role;
    pg::row_reader{from[0], row}.into(one.account, one.email, one.username, one.first_name, one.last_name,
                                      role, one.active, one.since);
    one.role = organisation::parse_role(role).value_or(organisation::role::auditor);
    out.push_back(std::move(one));
  }
  return out;
}

change_page page_of(const pg::rows& from, int limit, const organisation_id& at) {
  change_page out;
  out.more = from.size() > limit;
  for (int row = 0; row < std::min(from.size(), limit); ++row) {
    organisation::recorded_change one;
    auto& what = one.what;
    what.organisation = at;
    pg::row_reader{from, row}.into(what.id, what.account, what.action, what.subject_kind, what.subject,
                                   what.before, what.after, what.at, one.username, one.first_name,
                                   one.last_name);
    out.changes.push_back(std::move(one));
  }
  return out;
}

class staff_records final : public organisation::staff_records {
public:
  explicit staff_records(pg::read_pool& from) : from_(from) {}

  void list_staff(const organisation_id& at, told<people> done) override {
    read<people>(from_, within{at}, queries(query(staff_of_organisation, at)), std::move(done), people_in);
  }

  void list_changes(const organisation::change_filter& which, told<change_page> done) override {
    auto asked = query(changes_of_organisation, which.organisation, pg::none_if_empty(which.subject_kind),
                       which.subject, which.by, pg::none_if_empty(which.action), which.before,
                       static_cast<std::int64_t>(which.limit) + 1);
    read<change_page>(
        from_, within{which.organisation}, queries(std::move(asked)), std::move(done),
        [limit = which.limit, at = which.organisation](const all_rows& got) -> outcome<change_page> {
          return page_of(got[0], limit, at);
        });
  }

private:
  pg::read_pool& from_;
};

} // namespace

std::unique_ptr<organisation::staff_records> create_staff_records(pg::read_pool& from) {
  return std::make_unique<staff_records>(from);
}

} // namespace foyer::storage
