#include "actors/wallet/wallets.hpp"

#include "storage/loaders/gather.hpp"
#include "storage/loaders/wallet_rows.hpp"

namespace foyer::storage {
namespace {

// The limit keeps the join a look-up per household, whatever the planner thinks of the tables' sizes.
const std::string load_wallets_text =
    std::string{"select h.id, h.organisation_id, h.merged_into is not null, "} + wallet_columns +
    " from households h left join lateral (select * from wallets where household_id = h.id limit 1) w on true"
    " where h.id = any ($1::uuid[])";
const pg::statement load_wallets_sql{"load_wallets", load_wallets_text.c_str()};

wallet::state wallet_of(pg::row_reader& row, const household_id& of) {
  const auto organisation = row.next<organisation_id>();
  const auto closed = row.next<bool>();
  auto out = read_wallet(row, of);
  out.organisation = organisation;
  out.closed = closed;
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

wallet::state read_wallet(pg::row_reader& from, const household_id& of) {
  wallet::state out;
  out.household = of;
  const auto version = from.next<std::optional<std::int64_t>>();
  if (!version) { // no entry yet
    from.skip(wallet_columns_count - 1);
    return out;
  }
  out.version = *version;
  from.into(out.balance, out.held, out.floor, out.lowest, out.entries_count, out.head);
  return out;
}

std::unique_ptr<wallet::loader> create_wallet_loader(read_pool_ptr from) {
  return std::make_unique<wallet_loader>(std::move(from));
}

} // namespace foyer::storage
