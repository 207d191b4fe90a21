#include "actors/wallet/wallets.hpp"

#include "storage/loaders/gather.hpp"

namespace foyer::storage {
namespace {

// The limit keeps the join a look-up per household, whatever the planner thinks of the tables' sizes.
constexpr pg::statement load_wallets_sql{"load_wallets", R"sql(
select h.id, h.organisation_id, h.merged_into is not null, w.version, w.balance, w.held, w.floor, w.lowest, w.entries_count, w.head
from households h left join lateral (select * from wallets where household_id = h.id limit 1) w on true
where h.id = any ($1::uuid[])
)sql"};

wallet::state wallet_of(pg::row_reader& row, const household_id& of) {
  wallet::state out;
  out.household = of;
  std::optional<std::int64_t> version;
  row.into(out.organisation, out.closed, version);
  if (!version) return out; // no entry yet
  out.version = *version;
  row.into(out.balance, out.held, out.floor, out.lowest, out.entries_count, out.head);
  return out;
}

wallet::state blank(const household_id& of) {
  wallet::state out;
  out.household = of;
  return out;
}

class wallet_loader final : public wallet::loader {
public:
  explicit wallet_loader(read_pool_ptr from)
      : wallets_(std::make_shared<gather<household_id, wallet::state>>(std::move(from), load_wallets_sql,
                                                                       wallet_of, blank)) {}

  void load_wallet(const household_id& of, std::function<void(outcome<wallet::state>)> done) override {
    wallets_->find(of, std::move(done));
  }

private:
  std::shared_ptr<gather<household_id, wallet::state>> wallets_;
};

} // namespace

std::unique_ptr<wallet::loader> create_wallet_loader(read_pool_ptr from) {
  return std::make_unique<wallet_loader>(std::move(from));
}

} // namespace foyer::storage
