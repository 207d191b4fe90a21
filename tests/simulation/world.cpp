#include "tests/simulation/world.hpp"

#include "actors/checkout/build.hpp"
#include "tests/simulation/faulty_journal.hpp"
#include "tests/simulation/process.hpp"
#include "tests/simulation/requests.hpp"

namespace foyer::simulation {
namespace {

// Enough to bring all kinds of work together, few enough for thousands of runs.
constexpr std::size_t requests_max = 18;
constexpr int running_max = 5;
constexpr std::size_t steps_max = 30'000;
// With the faults off every attempt has an answer; a request that had none after so many goes round in
// circles.
constexpr int attempts_max = 60;

class world {
public:
  world(std::uint64_t seed, const mix& what, const planted_bugs& bugs)
      : chance_(seed), mix_(what), house_(tables_) {
    tables_.bugs = bugs;
    start();
  }

  verdict run() {
    while (out_.violated.empty() && !finished()) {
      if (++out_.steps > steps_max) {
        out_.violated = "does not come to rest";
        break;
      }
      step();
    }
    process_->end_faults();
    if (out_.violated.empty()) look_back();
    return out_;
  }

private:
  void start() {
    const bool faults = mix_.faults && !quiet_;
    process_ = std::make_unique<process>(tables_, chance_, clock_, house_,
                                         faults ? faulty_journal::faults{} : faulty_journal::faults{0, 0, 0},
                                         faults ? std::size_t{12} : std::size_t{0});
  }

  void note(std::uint64_t what) { out_.trace = (out_.trace ^ what) * 0x100000001B3ULL; }

  void fail(std::string why) {
    if (out_.violated.empty()) out_.violated = std::move(why);
  }

  bool finished() const {
    if (requests_.size() < requests_max || process_->busy()) return false;
    for (const auto& each : requests_)
      if (!each.answered || each.running > 0) return false;
    return true;
  }

  void step() {
    // Now and then something from outside; else whatever part of the server is ready.
    if (chance_.one_in(8)) return ask();
    if (chance_.one_in(60)) return clock_.advance(std::chrono::minutes{chance_.between(1, 6'000)});
    if (!quiet_ && mix_.strangers && chance_.one_in(40)) return stranger();
    if (!quiet_ && mix_.crashes && chance_.one_in(250)) return crash();
    if (chance_.one_in(100)) return process_->sweep();
    const auto done = process_->step();
    note(static_cast<std::uint64_t>(done));
    if (done == process::wrote) check();
    if (done == process::nothing) rest();
  }

  // Nothing moves by itself any more.
  void rest() {
    if (requests_.size() < requests_max) return;
    if (!quiet_) {
      quiet_ = true;
      process_->end_faults();
    }
    ask();
  }

  void check() {
    if (auto what = tables_.violated(); !what.empty()) fail(std::move(what));
  }

  // Clients
  // ------------------------------------------------------------------------------------------------------

  void ask() {
    int running = 0;
    for (const auto& each : requests_) running += each.running;
    if (running >= running_max) return;
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < requests_.size(); ++i)
      if (!requests_[i].answered &&
          (requests_[i].running == 0 || (requests_[i].running == 1 && chance_.one_in(10))))
        open.push_back(i);
    const bool fresh = requests_.size() < requests_max && (open.empty() || chance_.one_in(2));
    if (!fresh && open.empty()) return;
    if (fresh) {
      requests_.push_back(next_request(house_, tables_, mix_, clock_.now(), chance_, requests_.size()));
      open = {requests_.size() - 1};
    }
    send(open[chance_.below(open.size())]);
  }

  void send(std::size_t which) {
    auto& it = requests_[which];
    note(1'000 + which);
    it.doubled = it.doubled || it.running > 0;
    ++it.running;
    if (++it.attempts > attempts_max) fail("a request is never answered for good");
    process_->run(it, [this, which](answer given) { hear(which, std::move(given)); });
  }

  void hear(std::size_t which, answer given) {
    auto& it = requests_[which];
    --it.running;
    note(2'000 + static_cast<std::uint64_t>(given.done ? 0 : 1 + static_cast<int>(given.why.code)));
    if (given.done) {
      if (it.acknowledged && *it.acknowledged != *given.done) fail("W5 one key got two answers");
      it.acknowledged = std::move(given.done);
      it.answered = true;
      check_acknowledged(it);
    } else if (given.why.code != errc::unavailable && given.why.code != errc::version_conflict) {
      it.answered = true;
      check_refused(it);
      if (given.why.code == errc::internal) fail("an internal error was answered: " + given.why.detail);
    }
  }

  static bool has_key(const request& of) {
    return of.what != request::kind::change_offer && of.what != request::kind::change_household;
  }

  void check_acknowledged(const request& of) {
    if (!has_key(of)) return;
    const auto found = tables_.keys.find(of.key);
    if (found == tables_.keys.end() || found->second.answer != *of.acknowledged)
      fail("O3 something was acknowledged that is not there");
  }

  // Of two copies at once one may be refused for what the other took.
  void check_refused(const request& of) {
    if (has_key(of) && !of.acknowledged && !of.doubled && tables_.keys.contains(of.key))
      fail("something was refused that is there");
  }

  // Trouble
  // ------------------------------------------------------------------------------------------------------

  void crash() {
    note(3'000);
    process_->crash();
    check();
    for (auto& each : requests_) each.running = 0;
    start();
  }

  // Another process changes a wallet's row, or sells a place, without our actors knowing.
  void stranger() {
    tables_.apply(chance_.one_in(3) ? a_sale() : an_adjustment(), true);
    check();
  }

  commit a_sale() {
    order::state sold;
    sold.organisation = house_.organisation->id;
    sold.id = order_id{new_uuid(1)};
    sold.number = checkout::new_order_number();
    sold.status = order::status::paid;
    sold.total = 500;
    sold.lines.push_back(
        {{}, 0, house_.offers[chance_.below(house_.offers.size())], {}, "Le Cid", 1, 500, 0, {}, false});
    sold.payments.push_back(
        {{}, 0, order::payment_method::cash, 500, order::payment_status::succeeded, {}, clock_.now()});
    sold.tickets.push_back({{}, 0, 0, sold.lines[0].offer, {}, order::ticket_status::valid, {}, {}});
    commit rows;
    order::write_new(sold, rows);
    rows.stock.push_back({sold.organisation, sold.lines[0].offer, 1, 0});
    return rows;
  }

  commit an_adjustment() {
    const auto& whose = house_.households[chance_.below(house_.households.size())];
    wallet::record command;
    command.organisation = house_.organisation->id;
    command.kind = wallet::entry_kind::adjustment;
    command.change = chance_.one_in(2) ? -chance_.between(1, 900) : chance_.between(1, 900);
    command.counter_account = "correction";
    command.by = {wallet::actor_kind::staff, house_.staff, clock_.now()};
    command.id = entry_id{new_uuid(1)};
    auto made = wallet::decide(tables_.wallet_of(whose), std::move(command));
    return made ? std::move(made->rows) : commit{};
  }

  // When all is quiet: what was told is still true, and memory is what the tables are.
  void look_back() {
    for (const auto& each : requests_) {
      if (each.acknowledged) {
        ++out_.acknowledged;
        check_acknowledged(each);
      } else {
        check_refused(each);
      }
    }
    check();
    if (!out_.violated.empty()) return;
    for (const auto& which : house_.offers) {
      const auto seen = process_->view(which);
      const auto& there = tables_.offers.at(which);
      if (!mix_.strangers && (!seen || seen->sold != there.sold || seen->held != there.held ||
                              seen->reserved != 0 || seen->doubtful != 0))
        fail("O3 the offer's memory is not what the table has");
    }
    for (const auto& whose : house_.households) {
      const auto seen = process_->view(whose);
      const auto there = tables_.wallet_of(whose);
      // What a stranger wrote is noticed at the next change.
      if (!mix_.strangers && (!seen || seen->balance != there.balance || seen->held != there.held))
        fail("W2 the wallet's memory is not what the table has");
    }
  }

  dice chance_;
  mix mix_;
  tables tables_;
  house house_;
  virtual_clock clock_;
  std::unique_ptr<process> process_;
  std::vector<request> requests_;
  bool quiet_ = false;
  verdict out_;
};

} // namespace

verdict run_world(std::uint64_t seed, const mix& what, const planted_bugs& bugs) {
  return world{seed, what, bugs}.run();
}

} // namespace foyer::simulation
