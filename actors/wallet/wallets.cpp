#include "actors/wallet/wallets.hpp"

#include "actors/runtime/entity.hpp"

namespace foyer::wallet {
namespace {

struct model {
  using id_type = household_id;
  using state_type = state;
  static constexpr const char* name = "wallet";

  loader& from;

  void load(const household_id& whose, std::function<void(outcome<state>)> done) {
    from.load_wallet(whose, std::move(done));
  }
};

using wallet_entity =
    runtime::entity<model, pay, hold, settle_hold, record, set_floor, carry, transfer, get_view>;

class actors final : public registry {
public:
  actors(caf::actor_system& system, loader& from, journal& to, std::size_t waiting_max)
      : directory_(wallet_entity::create_directory(system, std::make_shared<model>(model{from}), to,
                                                   {waiting_max})) {}

  void tell(const household_id& whose, ask<pay> command) override {
    directory_->tell(whose, std::move(command));
  }
  void tell(const household_id& whose, ask<hold> command) override {
    directory_->tell(whose, std::move(command));
  }
  void tell(const household_id& whose, ask<settle_hold> command) override {
    directory_->tell(whose, std::move(command));
  }
  void tell(const household_id& whose, ask<record> command) override {
    directory_->tell(whose, std::move(command));
  }
  void tell(const household_id& whose, ask<set_floor> command) override {
    directory_->tell(whose, std::move(command));
  }
  void tell(const household_id& whose, ask<carry> command) override {
    directory_->tell(whose, std::move(command));
  }
  void tell(const household_id& whose, ask<transfer> command) override {
    directory_->tell(whose, std::move(command));
  }
  void tell(const household_id& whose, ask<get_view> command) override {
    directory_->tell(whose, std::move(command));
  }

  void take(std::uint64_t since, state read) override {
    const auto whose = read.household;
    directory_->start_with(whose, since, std::move(read));
  }
  [[nodiscard]] std::uint64_t departures() const override { return directory_->departures(); }

  void sweep(std::chrono::seconds idle_after, std::size_t live_limit) override {
    directory_->sweep(idle_after, live_limit);
  }
  void close() override { directory_->close(); }
  [[nodiscard]] std::size_t live() const override { return directory_->live(); }

private:
  std::unique_ptr<wallet_entity::directory_type> directory_;
};

} // namespace

std::unique_ptr<registry> create_registry(caf::actor_system& system, loader& from, journal& to,
                                          std::size_t waiting_max) {
  return std::make_unique<actors>(system, from, to, waiting_max);
}

} // namespace foyer::wallet
