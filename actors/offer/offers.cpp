#include "actors/offer/offers.hpp"

#include "actors/runtime/entity.hpp"

#include <atomic>

namespace foyer::offer {
namespace {

struct model {
  using id_type = offer_id;
  using state_type = state;
  static constexpr const char* name = "offer";
  static constexpr bool counted = true;

  explicit model(loader& reads) : from(reads) {}

  loader& from;
  // Of all actors together, so that one that left memory and came back does not use a number again.
  std::atomic<std::int64_t> loads{0};

  void load(const offer_id& which, std::function<void(outcome<state>)> done) {
    from.load_offer(which, [number = ++loads, done = std::move(done)](outcome<state> read) {
      if (read) read->loads = number;
      done(std::move(read));
    });
  }
  /// Places that only memory knows of keep the actor there.
  [[nodiscard]] bool busy(const state& now) const { return now.reserved != 0 || now.doubtful != 0; }
  void carry(const state& before, state& after) { offer::carry(before, after); }
};

using offer_entity =
    runtime::entity<model, reserve, settle, settle_held, give_back, create, change, get_view>;

class actors final : public registry {
public:
  actors(caf::actor_system& system, loader& from, journal& to, std::size_t waiting_max)
      : directory_(offer_entity::create_directory(system, std::make_shared<model>(from), to, {waiting_max})) {
  }

  void tell(const offer_id& which, ask<reserve> command) override {
    directory_->tell(which, std::move(command));
  }
  void tell(const offer_id& which, ask<settle> command) override {
    directory_->tell(which, std::move(command));
  }
  void tell(const offer_id& which, ask<give_back> command) override {
    directory_->tell(which, std::move(command));
  }
  void tell(const offer_id& which, ask<settle_held> command) override {
    directory_->tell(which, std::move(command));
  }
  void tell(const offer_id& which, ask<create> command) override {
    directory_->tell(which, std::move(command));
  }
  void tell(const offer_id& which, ask<change> command) override {
    directory_->tell(which, std::move(command));
  }
  void tell(const offer_id& which, ask<get_view> command) override {
    directory_->tell(which, std::move(command));
  }

  void sweep(std::chrono::seconds idle_after, std::size_t live_limit) override {
    directory_->sweep(idle_after, live_limit);
  }
  void close() override { directory_->close(); }
  [[nodiscard]] std::size_t live() const override { return directory_->live(); }

private:
  std::unique_ptr<offer_entity::directory_type> directory_;
};

} // namespace

std::unique_ptr<registry> create_registry(caf::actor_system& system, loader& from, journal& to,
                                          std::size_t waiting_max) {
  return std::make_unique<actors>(system, from, to, waiting_max);
}

} // namespace foyer::offer
