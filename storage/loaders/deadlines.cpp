#include "actors/deadlines/deadlines.hpp"

#include "storage/loaders/read.hpp"

namespace foyer::storage {
namespace {

constexpr pg::statement load_deadlines_sql{"load_deadlines", R"sql(
select id, kind, entity_id, organisation_id, due_at
from deadlines where due_at < $1 order by due_at, id limit $2::int
)sql"};

class deadline_loader final : public deadlines::loader {
public:
  explicit deadline_loader(read_pool_ptr from) : from_(std::move(from)) {}

  void load_deadlines(time_point before, int limit,
                      std::function<void(outcome<std::vector<deadline_row>>)> done) override {
    read<std::vector<deadline_row>>(from_, everywhere{"what is due in any house"},
                                    ask_for(load_deadlines_sql, before, std::int32_t{limit}), std::move(done),
                                    [](const pg::rows& rows) {
                                      std::vector<deadline_row> out;
                                      for (int i = 0; i < rows.size(); ++i) {
                                        auto& each = out.emplace_back();
                                        pg::row_reader row{rows, i};
                                        row.into(each.id);
                                        each.kind = static_cast<deadline_kind>(row.next<std::int32_t>());
                                        row.into(each.entity, each.organisation, each.due_at);
                                      }
                                      return out;
                                    });
  }

private:
  read_pool_ptr from_;
};

} // namespace

std::unique_ptr<deadlines::loader> create_deadline_loader(read_pool_ptr from) {
  return std::make_unique<deadline_loader>(std::move(from));
}

} // namespace foyer::storage
