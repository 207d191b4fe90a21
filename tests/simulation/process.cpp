#include "tests/simulation/process.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/local_actor.hpp>
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
  void tell(const offer_id& which, ask<offer::give_back> command) override {
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

/// A planted bug: what buyers pay is looked at as if staff paid it.
class generous_wallets final : public wallet::registry {
public:
  generous_wallets(std::unique_ptr<wallet::registry> real, const tables& in)
      : real_(std::move(real)), in_(in) {}

  void tell(const household_id& whose, ask<wallet::pay> command) override {
    if (in_.bugs.buyers_as_staff) command.command.staff_floor = in_.staff_floor;
    real_->tell(whose, std::move(command));
  }
  void tell(const household_id& whose, ask<wallet::hold> command) override {
    real_->tell(whose, std::move(command));
  }
  void tell(const household_id& whose, ask<wallet::settle_hold> command) override {
    real_->tell(whose, std::move(command));
  }
  void tell(const household_id& whose, ask<wallet::record> command) override {
    real_->tell(whose, std::move(command));
  }
  void tell(const household_id& whose, ask<wallet::set_floor> command) override {
    real_->tell(whose, std::move(command));
  }
  void tell(const household_id& whose, ask<wallet::carry> command) override {
    real_->tell(whose, std::move(command));
  }
  void tell(const household_id& whose, ask<wallet::transfer> command) override {
    real_->tell(whose, std::move(command));
  }
  void tell(const household_id& whose, ask<wallet::get_view> command) override {
    real_->tell(whose, std::move(command));
  }
  void take(std::uint64_t since, wallet::state read) override { real_->take(since, std::move(read)); }
  [[nodiscard]] std::uint64_t departures() const override { return real_->departures(); }
  void sweep(std::chrono::seconds idle_after, std::size_t live_limit) override {
    real_->sweep(idle_after, live_limit);
  }
  void close() override { real_->close(); }
  [[nodiscard]] std::size_t live() const override { return real_->live(); }

private:
  std::unique_ptr<wallet::registry> real_;
  const tables& in_;
};

struct testing_config : caf::actor_system_config {
  testing_config() { set("scheduler.policy", caf::atom("testing")); }
};

boost::asio::awaitable<void> cancel_quietly(checkout::services& with, checkout::cancel_order command) {
  co_await checkout::cancel(with, std::move(command)); // what could not be done is met again
}

// How often the timer looks at the clock (actors/deadlines/deadlines.cpp).
constexpr std::chrono::milliseconds tick_every{250};

} // namespace

// Members die from below: coroutines before the registries that they tell, those before the actor system.
struct process::parts {
  parts(tables& tables_here, dice& random, const clock_source& clock, const house& at,
        faulty_journal::faults faults, std::size_t reads_fail_one_in)
      : chance(random), here(at), in(tables_here), system(config),
        scheduler(dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())),
        journal(tables_here, random, faults), loaders(tables_here, random, reads_fail_one_in),
        offers(offer::create_registry(system, loaders, journal), tables_here.bugs),
        wallets(wallet::create_registry(system, loaders, journal), tables_here),
        households(household::create_registry(system, loaders, journal)),
        accounts(account::create_registry(system, loaders, journal)), services{offers,  wallets, *households,
                                                                               loaders, journal, clock,
                                                                               {}},
        timer(deadlines::create_timer(system, loaders, clock, [this, &tables_here](const deadline_row& due) {
          if (!tables_here.bugs.expiry_sleeps) expire(due);
        })) {
    journal.on_deadlines = [this](std::span<const deadline_row> rows) {
      for (const auto& row : rows) timer->add(row);
    };
  }

  dice& chance;
  const house& here;
  const tables& in;
  testing_config config;
  caf::actor_system system;
  caf::scheduler::test_coordinator& scheduler;
  faulty_journal journal;
  faulty_loaders loaders;
  forgetful_offers offers;
  generous_wallets wallets;
  std::unique_ptr<household::registry> households;
  std::unique_ptr<account::registry> accounts;
  session::reception reception{loaders, *households, wallets};
  checkout::services services;
  merge::services merging{*households, wallets};
  std::unique_ptr<deadlines::timer> timer;
  boost::asio::io_context io;

  void act() {
    auto& jobs = scheduler.jobs;
    const auto chosen = jobs.begin() + static_cast<std::ptrdiff_t>(chance.below(jobs.size()));
    std::rotate(jobs.begin(), chosen, chosen + 1);
    scheduler.run_once();
  }

  // As cli/parts.cpp does.
  void expire(const deadline_row& due) {
    checkout::cancel_order command;
    command.organisation = here.organisation->id;
    command.id = order_id{due.entity};
    command.reason = "expired";
    command.by.at = services.clock.now();
    command.only_if_expired_at = command.by.at;
    command.mail_from = here.organisation;
    boost::asio::co_spawn(io, cancel_quietly(services, std::move(command)), boost::asio::detached);
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
      if (!all.journal.can_step()) break;
      return all.journal.step() ? wrote : acted;
    default:
      if (!all.journal.can_tell()) break;
      all.journal.tell();
      return told;
    }
  }
  return nothing;
}

bool process::busy() const {
  return !parts_->scheduler.jobs.empty() || parts_->loaders.can_step() || parts_->journal.can_step() ||
         parts_->journal.can_tell();
}

void process::run(const request& what, std::function<void(answer)> done) {
  boost::asio::co_spawn(parts_->io,
                        attempt({parts_->services, *parts_->accounts, parts_->loaders, parts_->here,
                                 parts_->merging, parts_->in},
                                what),
                        [done = std::move(done)](const std::exception_ptr& failed, answer given) {
                          if (failed) std::rethrow_exception(failed);
                          done(std::move(given));
                        });
}

void process::arrive(const household_id& whose) {
  auto& all = *parts_;
  const auto hash = faulty_loaders::session_of(whose);
  if (!all.in.bugs.arrivals_unguarded)
    return all.reception.load(hash, [](const outcome<std::optional<session::record>>&) {});
  all.loaders.load_arrival(hash, [&all](outcome<std::shared_ptr<session::arrival>> came) {
    if (!came) return;
    for (auto& each : (*came)->clients) {
      all.households->take(all.households->reading(), std::move(each.who));
      all.wallets.take(all.wallets.departures(), std::move(each.purse));
    }
  });
}

void process::sweep() {
  auto& jobs = parts_->scheduler.jobs;
  const auto before = static_cast<std::ptrdiff_t>(jobs.size());
  // Sooner than anybody was used.
  constexpr std::chrono::seconds at_once{-10};
  parts_->offers.sweep(at_once, 1'000);
  parts_->wallets.sweep(at_once, 1'000);
  parts_->households->sweep(at_once, 1'000);
  parts_->accounts->sweep(at_once, 1'000);
  // Those of random ids stand anywhere in memory: in the order of their birth the same seed repeats the same
  // run.
  std::sort(jobs.begin() + before, jobs.end(), [](const caf::resumable* a, const caf::resumable* b) {
    return dynamic_cast<const caf::local_actor&>(*a).id() < dynamic_cast<const caf::local_actor&>(*b).id();
  });
}

void process::tick() {
  parts_->scheduler.advance_time(tick_every);
}

void process::end_faults() {
  parts_->journal.set_faults(faulty_journal::no_faults);
  parts_->loaders.set_failing(0);
}

std::vector<commit> process::crash() {
  auto& all = *parts_;
  auto left = all.journal.crash();
  all.loaders.crash();
  all.timer->stop();
  all.offers.close();
  all.wallets.close();
  all.households->close();
  all.accounts->close();
  while (!all.scheduler.jobs.empty() || all.loaders.can_step() || all.journal.can_tell()) {
    if (!all.scheduler.jobs.empty()) all.scheduler.run_once();
    all.loaders.crash();
    all.journal.crash();
  }
  while (all.scheduler.run() + all.scheduler.trigger_timeouts() > 0) {
  }
  parts_.reset();
  return left;
}

template <class Command, class Registry, class Id>
static auto view_of(process& of, Registry& from, const Id& which) {
  std::optional<typename Command::result> out;
  from.tell(which,
            ask<Command>{{}, reply<typename Command::result>{[&out](outcome<typename Command::result> seen) {
                           if (seen) out = std::move(*seen);
                         }}});
  while (of.step() != process::nothing) {
  }
  return out;
}

std::optional<offer::state> process::view(const offer_id& which) {
  return view_of<offer::get_view>(*this, parts_->offers, which);
}

std::optional<wallet::state> process::view(const household_id& whose) {
  return view_of<wallet::get_view>(*this, parts_->wallets, whose);
}

std::optional<account::state> process::view(const account_id& whose) {
  return view_of<account::get_view>(*this, *parts_->accounts, whose);
}

std::optional<household::state> process::view_household(const household_id& which) {
  return view_of<household::get_view>(*this, *parts_->households, which);
}

} // namespace foyer::simulation
