#include "tests/simulation/process.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <algorithm>
#include <exception>

namespace foyer::simulation {
namespace {

/// A planted bug: the offer hears that places were given back, although they were sold.
class forgetful_offers final : public offer::registry {
public:
  forgetful_offers(std::unique_ptr<offer::registry> real, const planted_bugs& bugs)
      : real_(std::move(real)), bugs_(bugs) {}

  void tell(const offer_id& which, ask<offer::reserve> command) override {
    real_->tell(which, std::move(command));
  }
  void tell(const offer_id& which, ask<offer::settle> command) override {
    if (bugs_.settled_as_released) command.command.became = offer::fate::released;
    real_->tell(which, std::move(command));
  }
  void tell(const offer_id& which, ask<offer::settle_held> command) override {
    real_->tell(which, std::move(command));
  }
  void tell(const offer_id& which, ask<offer::create> command) override {
    real_->tell(which, std::move(command));
  }
  void tell(const offer_id& which, ask<offer::change> command) override {
    real_->tell(which, std::move(command));
  }
  void tell(const offer_id& which, ask<offer::get_view> command) override {
    real_->tell(which, std::move(command));
  }
  void sweep(std::chrono::seconds idle_after, std::size_t live_limit) override {
    real_->sweep(idle_after, live_limit);
  }
  void close() override { real_->close(); }
  [[nodiscard]] std::size_t live() const override { return real_->live(); }

private:
  std::unique_ptr<offer::registry> real_;
  const planted_bugs& bugs_;
};

struct testing_config : caf::actor_system_config {
  testing_config() { set("scheduler.policy", caf::atom("testing")); }
};

} // namespace

// Members die from below: coroutines before the registries that they tell, those before the actor system.
struct process::parts {
  parts(tables& in, dice& random, const clock_source& clock, const house& at, faulty_journal::faults faults,
        std::size_t reads_fail_one_in)
      : chance(random), here(at), system(config),
        scheduler(dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())),
        journal(in, random, faults), loaders(in, random, reads_fail_one_in),
        offers(offer::create_registry(system, loaders, journal), in.bugs),
        wallets(wallet::create_registry(system, loaders, journal)),
        households(household::create_registry(system, loaders, journal)), services{offers,      *wallets,
                                                                                   *households, loaders,
                                                                                   journal,     clock,
                                                                                   {}} {}

  dice& chance;
  const house& here;
  testing_config config;
  caf::actor_system system;
  caf::scheduler::test_coordinator& scheduler;
  faulty_journal journal;
  faulty_loaders loaders;
  forgetful_offers offers;
  std::unique_ptr<wallet::registry> wallets;
  std::unique_ptr<household::registry> households;
  checkout::services services;
  boost::asio::io_context io;
  std::size_t posted = 0; // coroutines that can go on, at most

  void act() {
    auto& jobs = scheduler.jobs;
    const auto chosen = jobs.begin() + static_cast<std::ptrdiff_t>(chance.below(jobs.size()));
    std::rotate(jobs.begin(), chosen, chosen + 1);
    scheduler.run_once();
  }
};

process::process(tables& in, dice& chance, const clock_source& clock, const house& here,
                 faulty_journal::faults faults, std::size_t reads_fail_one_in)
    : parts_(std::make_unique<parts>(in, chance, clock, here, faults, reads_fail_one_in)) {}

process::~process() {
  if (parts_) crash();
}

process::did process::step() {
  auto& all = *parts_;
  // A few throws rather than a list of what is ready: the answer of the io_context is only known by trying.
  const auto first = all.chance.below(5);
  for (std::size_t i = 0; i < 5; ++i) {
    switch ((first + i) % 5) {
    case 0:
      if (all.scheduler.jobs.empty()) break;
      all.act();
      return acted;
    case 1:
      all.io.restart();
      if (all.io.poll_one() == 0) break;
      return resumed;
    case 2:
      if (!all.loaders.can_step()) break;
      all.loaders.step();
      return read;
    case 3:
      if (!all.journal.can_flush()) break;
      all.journal.flush();
      return wrote;
    default:
      if (!all.journal.can_tell()) break;
      all.journal.tell();
      return told;
    }
  }
  return nothing;
}

bool process::busy() const {
  return !parts_->scheduler.jobs.empty() || parts_->loaders.can_step() || parts_->journal.can_flush() ||
         parts_->journal.can_tell();
}

void process::run(const request& what, std::function<void(answer)> done) {
  boost::asio::co_spawn(parts_->io, attempt({parts_->services, parts_->loaders, parts_->here}, what),
                        [done = std::move(done)](const std::exception_ptr& failed, answer given) {
                          if (failed) std::rethrow_exception(failed);
                          done(std::move(given));
                        });
}

void process::sweep() {
  // Sooner than anybody was used. Households are left: their order in memory is that of random ids.
  parts_->offers.sweep(std::chrono::seconds{-10}, 1'000);
  parts_->wallets->sweep(std::chrono::seconds{-10}, 1'000);
}

void process::end_faults() {
  parts_->journal.set_faults({0, 0, 0});
  parts_->loaders.set_failing(0);
}

void process::crash() {
  auto& all = *parts_;
  all.journal.crash();
  all.loaders.crash();
  all.offers.close();
  all.wallets->close();
  all.households->close();
  while (!all.scheduler.jobs.empty() || all.loaders.can_step() || all.journal.can_tell()) {
    if (!all.scheduler.jobs.empty()) all.scheduler.run_once();
    all.loaders.crash();
    all.journal.crash();
  }
  parts_.reset();
}

template <class Registry, class Id, class State>
static void view_of(Registry& from, const Id& which, std::optional<State>& out) {
  using command = std::conditional_t<std::is_same_v<State, offer::state>, offer::get_view, wallet::get_view>;
  from.tell(which, ask<command>{{}, reply<State>{[&out](outcome<State> seen) {
                                  if (seen) out = std::move(*seen);
                                }}});
}

std::optional<offer::state> process::view(const offer_id& which) {
  std::optional<offer::state> out;
  view_of(parts_->offers, which, out);
  while (step() != nothing) {
  }
  return out;
}

std::optional<wallet::state> process::view(const household_id& whose) {
  std::optional<wallet::state> out;
  view_of(*parts_->wallets, whose, out);
  while (step() != nothing) {
  }
  return out;
}

} // namespace foyer::simulation
