#include "actors/wallet/wallets.hpp"
#include "storage/loaders/read.hpp"

namespace foyer::storage {
namespace {

constexpr pg::statement load_wallet_sql{"load_wallet", R"sql(
select h.organisation_id, w.version, w.balance, w.held, w.floor, w.lowest, w.entries_count, w.head
from households h left join wallets w on w.household_id = h.id where h.id = $1
)sql"};

class wallet_loader final : public wallet::loader {
public:
  explicit wallet_loader(read_pool_ptr from) : from_(std::move(from)) {}

  void load_wallet(const household_id& of, std::function<void(outcome<wallet::state>)> done) override {
    read<wallet::state>(from_, ask_for(load_wallet_sql, of), std::move(done), [of](const pg::rows& rows) {
      wallet::state out;
      out.household = of;
      if (rows.size() == 0) return out;
      pg::row_reader row{rows, 0};
      std::optional<std::int64_t> version;
      row.into(out.organisation, version);
      if (!version) return out;
      out.version = *version;
      row.into(out.balance, out.held, out.floor, out.lowest, out.entries_count, out.head);
      return out;
    });
  }

private:
  read_pool_ptr from_;
};

} // namespace

std::unique_ptr<wallet::loader> create_wallet_loader(read_pool_ptr from) {
  return std::make_unique<wallet_loader>(std::move(from));
}

} // namespace foyer::storage
