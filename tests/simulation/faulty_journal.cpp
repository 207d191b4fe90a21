#include "tests/simulation/faulty_journal.hpp"

namespace foyer::simulation {
namespace {

// Often enough for a planted bug to show in a few runs.
constexpr std::size_t planted_one_in = 5;

} // namespace

void faulty_journal::append(commit rows, callback done) {
  if (chance_.one_in(faults_.lost))
    turned_away_.push_back({std::move(done), {commit_status::lost, {}, "the journal's queue is full"}});
  else
    queue_.push_back({std::move(rows), std::move(done)});
}

void faulty_journal::flush() {
  if (chance_.one_in(faults_.cut)) {
    for (auto& each : std::exchange(queue_, {}))
      told_.push_back({std::move(each.done), {commit_status::lost, {}, "the database went away"}});
    return;
  }
  for (auto count = 1 + chance_.below(queue_.size()); count > 0; --count) {
    auto next = std::move(queue_.front());
    queue_.pop_front();
    told_.push_back({std::move(next.done), write(next.rows)});
  }
}

commit_outcome faulty_journal::write(const commit& rows) {
  if (!rows.orders.empty() && chance_.one_in(faults_.collides))
    return {commit_status::conflict, "orders_number", {}};
  const auto& bugs = tables_.bugs;
  if (bugs.commits_dropped && chance_.one_in(planted_one_in)) return {commit_status::committed, {}, {}};
  const bool uniques_first = chance_.one_in(2);
  if (bugs.commits_torn && chance_.one_in(planted_one_in)) {
    auto half = rows;
    half.wallets.clear();
    half.entries.clear();
    return tables_.apply(half, uniques_first);
  }
  return tables_.apply(rows, uniques_first);
}

void faulty_journal::tell() {
  auto& from = told_.empty() || (!turned_away_.empty() && chance_.one_in(2)) ? turned_away_ : told_;
  auto next = std::move(from.front());
  from.pop_front();
  next.done(next.what);
}

void faulty_journal::crash() {
  for (auto count = chance_.below(queue_.size() + 1); count > 0; --count) {
    write(queue_.front().rows);
    queue_.pop_front();
  }
  queue_.clear();
  told_.clear();
  turned_away_.clear();
}

} // namespace foyer::simulation
