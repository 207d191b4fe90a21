#include "tests/simulation/world.hpp"

#include "actors/checkout/build.hpp"
#include "tests/simulation/faulty_journal.hpp"
#include "tests/simulation/process.hpp"
#include "tests/simulation/requests.hpp"

#include <deque>

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
                                         faults ? faulty_journal::faults{} : faulty_journal::no_faults,
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
    if (chance_.one_in(60)) return process_->tick();
    if (!quiet_ && mix_.strangers && chance_.one_in(40)) return stranger();
    if (mix_.arrivals && chance_.one_in(12))
      return process_->arrive(house_.households[chance_.below(house_.households.size())]);
    if (!quiet_ && mix_.crashes && chance_.one_in(250)) return crash();
    if (!ghosts_.empty() && chance_.one_in(20)) return haunt();
    if (chance_.one_in(100)) return process_->sweep();
    if (chance_.one_in(50)) return sign();
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
      while (!ghosts_.empty()) haunt();
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
          (requests_[i].running == 0 ||
           (requests_[i].running == 1 && has_key(requests_[i]) && chance_.one_in(10))))
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
    return of.what != request::kind::change_offer && of.what != request::kind::change_household &&
           of.what != request::kind::change_account;
  }

  // What a repeat is told: of an order that tells its beginning itself, only while its rows are there.
  std::string told_by(const idempotency_row& kept) const {
    if (!kept.order) return kept.answer;
    return tables_.orders.contains(*kept.order) ? to_string(*kept.order) : std::string{};
  }

  void check_acknowledged(const request& of) {
    if (!still_there(tables_, of)) fail("lost update: something was acknowledged that is not there");
    if (!has_key(of)) return;
    const auto found = tables_.keys.find(of.key);
    if (found == tables_.keys.end() || told_by(found->second) != *of.acknowledged)
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
    if (auto left = process_->crash(); !left.empty()) ghosts_.push_back(std::move(left));
    // What was under way may land after its client has asked again and was refused for another reason.
    for (auto& each : requests_) {
      each.doubled = each.doubled || (each.running > 0 && !ghosts_.empty());
      each.running = 0;
    }
    start();
  }

  // The database does what a dead process had sent, or finds its connection closed before.
  void haunt() {
    note(4'000);
    storage::journal_batch batch;
    for (const auto& each : ghosts_.front()) static_cast<void>(batch.add(each));
    if (chance_.one_in(2)) others_wrote_ = !tables_.apply(batch, chance_.one_in(2)) || others_wrote_;
    ghosts_.pop_front();
    check();
  }

  void sign() {
    tables_.sign_heads();
    if (tables_.bugs.ledger_rewritten) rewrite();
  }

  // A planted falsehood: the last entry of a wallet has another reason, and a hash that fits.
  void rewrite() {
    for (auto& [whose, purse] : tables_.wallets) {
      if (purse.entries.empty()) continue;
      auto& last = purse.entries.back();
      last.counter_account = "elsewhere";
      wallet::entry forged;
      forged.id = last.id;
      forged.seq = last.seq;
      forged.kind = static_cast<wallet::entry_kind>(last.kind);
      forged.change = last.change;
      forged.balance_after = last.balance_after;
      forged.held_after = last.held_after;
      forged.counter_account = last.counter_account;
      forged.order = last.order;
      forged.order_number = last.order_number;
      forged.reason = last.reason;
      forged.by = {static_cast<wallet::actor_kind>(last.by_kind), last.by, last.at};
      const auto before =
          purse.entries.size() > 1 ? purse.entries[purse.entries.size() - 2].hash : sha256_hash{};
      last.hash = wallet::chain(before, whose, forged);
      purse.row.head = last.hash;
      return check();
    }
  }

  // Another process changes a row or sells a place, without our actors knowing.
  void stranger() {
    switch (chance_.below(6)) {
    case 0: tables_.apply(a_member()); break;
    case 1: tables_.apply(a_profile()); break;
    case 2: tables_.apply(a_description()); break;
    case 3: tables_.apply(a_sale()); break;
    default: tables_.apply(an_adjustment()); break;
    }
    check();
  }

  // Counted up from 1,000, so that nobody else leaves the same mark.
  std::uint64_t fresh_mark() { return 1'000 + ++marks_; }

  commit a_member() {
    const auto& whose = house_.households[chance_.below(house_.households.size())];
    household::add_member command;
    command.who = member_of(fresh_mark());
    auto made = household::decide(tables_.households.at(whose), command);
    return made ? std::move(made->rows) : commit{};
  }

  commit a_profile() {
    account::update_profile command;
    (chance_.one_in(2) ? command.first_name : command.website) = mark_of(fresh_mark());
    auto made = account::decide(tables_.accounts.at(house_.newcomer), command);
    return made ? std::move(made->rows) : commit{};
  }

  commit a_description() {
    const auto& now = tables_.offers.at(house_.offers[chance_.below(house_.offers.size())]);
    offer::change command;
    command.organisation = now.organisation;
    command.what = *now.what;
    command.what.description.fr += mark_of(fresh_mark());
    auto made = offer::decide(now, std::move(command));
    return made ? std::move(made->rows) : commit{};
  }

  commit a_sale() {
    order::state sold;
    sold.organisation = house_.organisation->id;
    sold.id = order_id{new_uuid(1)};
    sold.number = checkout::new_order_number(time_point{});
    sold.status = order::status::paid;
    sold.total = 500;
    sold.lines.push_back(
        {{}, 0, house_.offers[chance_.below(house_.offers.size())], {}, "Le Cid", 1, 500, 0, {}, false});
    sold.payments.push_back(
        {{}, 0, order::payment_method::cash, 500, order::payment_status::succeeded, {}, clock_.now()});
    sold.tickets.push_back({{}, 0, 0, sold.lines[0].offer, {}, order::ticket_status::valid, {}, {}});
    sold.paid_at = clock_.now();
    order::make_invoice(sold, 2026);
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
    if (out_.violated.empty()) wait_for_expiries();
    if (!out_.violated.empty()) return;
    // What others wrote is noticed at the next change.
    if (mix_.strangers || others_wrote_) return;
    for (const auto& which : house_.offers) {
      const auto seen = process_->view(which);
      const auto& there = tables_.offers.at(which);
      if (!seen || seen->sold != there.sold || seen->held != there.held || seen->reserved != 0 ||
          seen->doubtful != 0)
        fail("O3 the offer's memory is not what the table has");
    }
    for (const auto& whose : house_.households) {
      const auto seen = process_->view(whose);
      const auto there = tables_.wallet_of(whose);
      if (!seen || seen->balance != there.balance || seen->held != there.held)
        fail("W2 the wallet's memory is not what the table has");
      const auto client = process_->view_household(whose);
      if (!client || client->version != tables_.households.at(whose).version)
        fail("H1 the household's memory is not what the table has");
    }
  }

  // A server that runs on gives back what nobody paid (O4).
  void wait_for_expiries() {
    clock_.advance(std::chrono::days{60});
    for (int i = 0; i < 4 && out_.violated.empty(); ++i) {
      clock_.advance(std::chrono::seconds{21}); // sooner than the timer looks into the database again
      process_->tick();
      for (process::did did{}; (did = process_->step()) != process::nothing;)
        if (did == process::wrote) check();
    }
    if (auto what = tables_.violated(clock_.now()); !what.empty()) fail(std::move(what));
  }

  dice chance_;
  mix mix_;
  tables tables_;
  house house_;
  virtual_clock clock_;
  std::unique_ptr<process> process_;
  std::vector<request> requests_;
  std::deque<std::vector<commit>> ghosts_; // what dead processes had sent to the database
  bool others_wrote_ = false;              // and one of them did something after all
  std::uint64_t marks_ = 0;
  bool quiet_ = false;
  verdict out_;
};

} // namespace

verdict run_world(std::uint64_t seed, const mix& what, const planted_bugs& bugs) {
  return world{seed, what, bugs}.run();
}

} // namespace foyer::simulation
