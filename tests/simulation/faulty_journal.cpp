#include "tests/simulation/faulty_journal.hpp"

#include <algorithm>
#include <utility>

namespace foyer::simulation {
namespace {

// Often enough for a planted bug to show in a few runs.
constexpr std::size_t planted_one_in = 5;

} // namespace

/// What the program hands out with the bugs that it is told to have.
commit faulty_journal::planted(commit rows) {
  const auto& bugs = tables_.bugs;
  const auto now_and_then = [this](bool bug) { return bug && chance_.one_in(planted_one_in); };
  if (now_and_then(bugs.commits_torn)) {
    rows.wallets.clear();
    rows.entries.clear();
  }
  if (now_and_then(bugs.entries_unbalanced))
    for (auto& each : rows.entries) each.counter_account.clear();
  if (bugs.transfers_halved && rows.wallets.size() > 1 && rows.entries.size() > 1) {
    rows.wallets.pop_back();
    rows.entries.pop_back();
  }
  if (now_and_then(bugs.payments_dropped)) rows.payments.clear();
  if (now_and_then(bugs.hashes_wrong))
    for (auto& each : rows.entries) each.hash[0] ^= 1;
  if (now_and_then(bugs.deadlines_dropped)) rows.deadlines.clear();
  if (now_and_then(bugs.organisations_mixed))
    for (auto& each : rows.lines) each.organisation.value.bytes[15] ^= 1;
  if (now_and_then(bugs.commits_dropped)) return {};
  return rows;
}

void faulty_journal::append(commit rows, callback done) {
  if (chance_.one_in(faults_.lost))
    turned_away_.push_back({std::move(done), {commit_status::lost, {}, "the journal's queue is full"}});
  else if (!connected_)
    turned_away_.push_back({std::move(done), {commit_status::lost, {}, "the database is away"}});
  else
    queue_.push({planted(std::move(rows)), std::move(done)});
}

bool faulty_journal::step() {
  if (!connected_) {
    connected_ = true;
    queue_.connected(tables_.bugs.fate_guessed ? queue_.batch_number() : last_batch_);
    collect();
    return false;
  }
  const bool wrote = queue_.in_flight() ? answer() : false;
  if (connected_ && !queue_.in_flight()) static_cast<void>(queue_.next());
  collect();
  return wrote;
}

/// What the database may say instead of doing it.
std::optional<storage::pg::failure> faulty_journal::trouble() {
  const auto commits = queue_.batch().commits();
  const bool has_order =
      std::any_of(commits.begin(), commits.end(), [](const commit* each) { return !each->orders.empty(); });
  if (has_order && chance_.one_in(faults_.collides))
    return storage::pg::failure{"23505", "orders_number", "not unique", {}};
  if (chance_.one_in(faults_.deadlocks)) return storage::pg::failure{"40P01", {}, "deadlock detected", {}};
  if (chance_.one_in(faults_.unable)) return storage::pg::failure{"53100", {}, "could not extend file", {}};
  return std::nullopt;
}

bool faulty_journal::answer() {
  const bool breaks = chance_.one_in(faults_.cut);
  if (breaks && chance_.one_in(2)) {
    cut();
    return false;
  }
  auto failed = trouble();
  if (!failed) failed = tables_.apply(queue_.batch(), chance_.one_in(2));
  if (!failed) last_batch_ = queue_.batch_number();
  if (breaks)
    cut();
  else if (failed)
    queue_.refused(*failed);
  else
    queue_.landed();
  return !failed;
}

void faulty_journal::cut() {
  connected_ = false;
  queue_.disconnected();
}

void faulty_journal::collect() {
  for (auto& [of, outcome] : queue_.take_settled()) {
    const bool due = outcome.status == commit_status::committed && !of.rows.deadlines.empty();
    if (due && on_deadlines) on_deadlines(of.rows.deadlines);
    told_.push_back({std::move(of.done), outcome});
  }
}

void faulty_journal::tell() {
  auto& from = told_.empty() || (!turned_away_.empty() && chance_.one_in(2)) ? turned_away_ : told_;
  auto next = std::move(from.front());
  from.pop_front();
  next.done(next.what);
}

std::vector<commit> faulty_journal::crash() {
  std::vector<commit> left;
  if (connected_ && queue_.in_flight())
    for (const auto* each : queue_.batch().commits()) left.push_back(*each);
  queue_ = storage::journal_queue{batch_max};
  connected_ = true;
  told_.clear();
  turned_away_.clear();
  return left;
}

} // namespace foyer::simulation
