#include "storage/loaders/ledger.hpp"

#include "storage/loaders/query.hpp"

#include <limits>

namespace foyer::storage {
namespace {

using wallet::ledger_page;

constexpr pg::statement entries_of_wallet{
    "entries_of_wallet",
    "select id, seq, kind, amount, balance_after, held_after, counter_account, order_id, order_number, "
    "reason, "
    "by_kind, by_account, at, hash from ledger_entries where household_id = $1 and seq < $2 "
    "order by seq desc limit $3::bigint"};

wallet::entry entry_of(const pg::rows& from, int row) {
  wallet::entry out;
  std::int32_t kind = 0;
  std::int32_t by = 0;
  pg::row_reader{from, row}.into(out.id, out.seq, kind, out.change, out.balance_after, out.held_after,
                                 out.counter_account, out.order, out.order_number, out.reason, by,
                                 out.by.account, out.by.at, out.hash);
  out.kind = static_cast<wallet::entry_kind>(kind);
  out.by.kind = static_cast<wallet::actor_kind>(by);
  return out;
}

class ledger final : public wallet::ledger {
public:
  explicit ledger(pg::read_pool& from) : from_(from) {}

  void list_entries(const organisation_id& at, const household_id& of, std::int64_t before, int limit,
                    told<ledger_page> done) override {
    const auto below = before > 0 ? before : std::numeric_limits<std::int64_t>::max();
    const auto wanted = static_cast<std::int64_t>(limit);
    read<ledger_page>(from_, within{at}, queries(query(entries_of_wallet, of, below, wanted + 1)),
                      std::move(done), [limit](const pg::read_pool::all_rows& got) -> outcome<ledger_page> {
                        ledger_page out;
                        out.more = got[0].size() > limit;
                        for (int row = 0; row < std::min(got[0].size(), limit); ++row)
                          out.entries.push_back(entry_of(got[0], row));
                        return out;
                      });
  }

private:
  pg::read_pool& from_;
};

} // namespace

std::unique_ptr<wallet::ledger> create_ledger(pg::read_pool& from) {
  return std::make_unique<ledger>(from);
}

} // namespace foyer::storage
