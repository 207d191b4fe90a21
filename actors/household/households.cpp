#include "actors/household/households.hpp"

#include "actors/household/account_cache.hpp"
#include "actors/runtime/entity.hpp"

namespace foyer::household {
namespace {

struct model {
  using id_type = household_id;
  using state_type = state;
  static constexpr const char* name = "household";
  static constexpr bool counted = true;

  loader& from;

  void load(const household_id& whose, std::function<void(outcome<state>)> done) {
    from.load_household(whose, std::move(done));
  }
};

using household_entity =
    runtime::entity<model, create, change, renew_key, add_member, change_member, remove_member, link_account,
                    unlink_account, absorb, leave, restore, reread, get_view>;

class actors final : public registry {
public:
  actors(caf::actor_system& system, loader& from, journal& to, std::size_t waiting_max)
      : from_(from), cache_(std::make_shared<account_cache>(account_kept_for)),
        directory_(household_entity::create_directory(system, std::make_shared<model>(model{from}), to,
                                                      {waiting_max})) {}

  void tell(const household_id& which, ask<create> command) override {
    directory_->tell(which, std::move(command));
  }
  void tell(const household_id& which, ask<change> command) override {
    directory_->tell(which, std::move(command));
  }
  void tell(const household_id& which, ask<renew_key> command) override {
    directory_->tell(which, std::move(command));
  }
  void tell(const household_id& which, ask<add_member> command) override {
    directory_->tell(which, std::move(command));
  }
  void tell(const household_id& which, ask<change_member> command) override {
    directory_->tell(which, std::move(command));
  }
  void tell(const household_id& which, ask<remove_member> command) override {
    directory_->tell(which, std::move(command));
  }
  void tell(const household_id& which, ask<link_account> command) override {
    directory_->tell(which, std::move(command));
  }
  void tell(const household_id& which, ask<unlink_account> command) override {
    // Whoever was linked is known only to the actor: ask it first, and forget that account when the link is
    // gone.
    auto forget = [cache = cache_](const state& before) {
      if (before.account) cache->erase(before.organisation, *before.account, account_cache::steady::now());
    };
    auto held = std::make_shared<ask<unlink_account>>(std::move(command));
    ask<get_view> first;
    first.back = reply<state>{[this, which, held, forget](outcome<state> before) {
      if (!before) return held->back(std::move(before.error()));
      held->back = reply<state>{[back = held->back, forget, was = *before](outcome<state> after) {
        forget(was);
        back(std::move(after));
      }};
      directory_->tell(which, std::move(*held));
    }};
    directory_->tell(which, std::move(first));
  }
  void tell(const household_id& which, ask<absorb> command) override {
    tell_forgetting(which, std::move(command));
  }
  void tell(const household_id& which, ask<leave> command) override {
    directory_->tell(which, std::move(command));
  }
  void tell(const household_id& which, ask<restore> command) override {
    tell_forgetting(which, std::move(command));
  }
  void tell(const household_id& which, ask<get_view> command) override {
    directory_->tell(which, std::move(command));
  }

  void reread(std::span<const household_id> which) override {
    for (const auto& each : which) directory_->tell_if_live(each, ask<household::reread>{});
  }

  [[nodiscard]] maybe_id known_of_account(const organisation_id& at, const account_id& whose) const override {
    return cache_->find(at, whose, account_cache::steady::now());
  }
  void find_of_account(const organisation_id& at, const account_id& whose, reply<maybe_id> back) override {
    const auto since = account_cache::steady::now();
    if (auto known = cache_->find(at, whose, since)) return back(maybe_id{*known});
    from_.find_of_account(at, whose, [cache = cache_, at, whose, since, back](outcome<maybe_id> found) {
      if (found && *found) cache->keep(at, whose, **found, since, account_cache::steady::now());
      back(std::move(found));
    });
  }
  void find_by_email(const organisation_id& at, std::string email_key, with_account which,
                     reply<maybe_id> back) override {
    from_.find_by_email(at, std::move(email_key), which, std::move(back));
  }
  void find_by_number(const organisation_id& at, std::string number, reply<maybe_id> back) override {
    from_.find_by_number(at, std::move(number), std::move(back));
  }
  void find_by_key(const sha256_hash& hash, reply<maybe_id> back) override {
    from_.find_by_key(hash, std::move(back));
  }
  void find_space_code(const household_id& of, reply<std::optional<space_code>> back) override {
    from_.find_space_code(of, std::move(back));
  }

  void take(const moment& since, state read) override {
    if (read.account)
      cache_->keep(read.organisation, *read.account, read.id, since.at, account_cache::steady::now());
    const auto which = read.id;
    directory_->start_with(which, since.departures, std::move(read));
  }
  [[nodiscard]] moment reading() const override {
    return {directory_->departures(), account_cache::steady::now()};
  }

  void sweep(std::chrono::seconds idle_after, std::size_t live_limit) override {
    directory_->sweep(idle_after, live_limit);
  }
  void close() override { directory_->close(); }
  [[nodiscard]] std::size_t live() const override { return directory_->live(); }

private:
  // The account that is linked afterwards had another household here before.
  template <class Command>
  void tell_forgetting(const household_id& which, ask<Command> command) {
    command.back = reply<state>{[back = std::move(command.back), cache = cache_](outcome<state> after) {
      if (after && after->account)
        cache->erase(after->organisation, *after->account, account_cache::steady::now());
      back(std::move(after));
    }};
    directory_->tell(which, std::move(command));
  }

  loader& from_;
  std::shared_ptr<account_cache> cache_;
  std::unique_ptr<household_entity::directory_type> directory_;
};

} // namespace

std::string new_number() {
  std::array<std::uint8_t, 4> random{};
  fill_random(random);
  return make_number(random);
}

std::unique_ptr<registry> create_registry(caf::actor_system& system, loader& from, journal& to,
                                          std::size_t waiting_max) {
  return std::make_unique<actors>(system, from, to, waiting_max);
}

} // namespace foyer::household
