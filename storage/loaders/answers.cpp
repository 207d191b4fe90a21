#include "storage/loaders/orders.hpp"
#include "storage/loaders/query.hpp"

namespace foyer::storage {
namespace {

using order::stored_answer;

constexpr pg::statement answer_by_key{"answer_by_key",
                                      "select request_hash, status, answer, created_at, order_id "
                                      "from idempotency where id = $1"};

class answers final : public order::answers {
public:
  explicit answers(pg::read_pool& from) : from_(from) {}

  void find_answer(const uuid& key, told<stored_answer> done) override {
    read<stored_answer>(
        from_, everywhere{"keys of requests belong to no tenant"}, queries(query(answer_by_key, key)),
        std::move(done), [](const pg::read_pool::all_rows& got) -> outcome<stored_answer> {
          stored_answer out;
          if (got[0].size() > 0)
            pg::row_reader{got[0], 0}.into(out.request_hash, out.status, out.answer, out.at, out.order);
          return out;
        });
  }

private:
  pg::read_pool& from_;
};

} // namespace

std::unique_ptr<order::answers> create_answers(pg::read_pool& from) {
  return std::make_unique<answers>(from);
}

} // namespace foyer::storage
