#include "storage/journal_queue.hpp"

#include <algorithm>
#include <utility>

namespace foyer::storage {
namespace {

/// Deadlock or serialization failure: the same may well succeed when tried again.
bool worth_another_try(const pg::failure& why) noexcept {
  return why.sqlstate == "40P01" || why.sqlstate == "40001";
}

/// The database as a whole is not able to write now: out of resources, shutting down, a read-only standby, a
/// statement cancelled, a failure of its own.
bool unable_to_write(const pg::failure& why) noexcept {
  const auto group = why.sqlstate_class();
  return group == "53" || group == "57" || group == "58" || group == "XX" || group == "08" ||
         why.sqlstate == "25006" || why.sqlstate.empty();
}

} // namespace

commit_outcome outcome_of(const pg::failure& why) {
  auto status = commit_status::rejected;
  if (why.sqlstate == "FY001" || worth_another_try(why)) {
    status = commit_status::stale;
  } else if (why.sqlstate == "23505") {
    // Two writers of one wallet: whichever of the version and the entry's number is looked at first.
    const auto owners = why.constraint == "wallets_pkey" || why.constraint == "ledger_entries_pkey";
    status = owners ? commit_status::stale : commit_status::conflict;
  } else if (unable_to_write(why)) {
    status = commit_status::lost;
  }
  auto detail = why.message;
  if (!why.detail.empty()) detail += ": " + why.detail;
  return {status, why.constraint, std::move(detail)};
}

void journal_queue::push(entry what) {
  if (!connected_) {
    settled_.push_back({std::move(what), {commit_status::lost, {}, "the database is away"}});
    return;
  }
  entries_.push_back(std::move(what));
}

journal_queue::step journal_queue::next() {
  if (!connected_) return step::wait;
  if (fenced_) return step::reconnect;
  if (in_flight_ != 0) return step::wait;
  batch_.clear();
  const auto limit = std::min(limits_.empty() ? batch_max_ : limits_.back(), entries_.size());
  while (in_flight_ < limit) {
    const auto fit = batch_.add(entries_[in_flight_].rows);
    if (fit == journal_batch::fit::broken && in_flight_ == 0) {
      use_limit(1);
      settle(1, {commit_status::stale, {}, "the commit's own rows contradict each other"});
      return next();
    }
    if (fit != journal_batch::fit::joins) break;
    ++in_flight_;
  }
  if (in_flight_ == 0) return step::wait;
  use_limit(in_flight_);
  ++number_;
  return step::send;
}

void journal_queue::landed() {
  tries_ = 0;
  settle(std::exchange(in_flight_, 0), {commit_status::committed, {}, {}});
}

void journal_queue::refused(const pg::failure& why) {
  if (why.sqlstate == "FY001" && why.message == fenced_message) {
    fenced_ = true; // resolved by the next connection, like a broken one
    return;
  }
  if (unable_to_write(why)) {
    settle(std::exchange(in_flight_, 0), outcome_of(why));
    return;
  }
  if (in_flight_ > 1) return split();
  if (worth_another_try(why) && ++tries_ < tries_max) {
    in_flight_ = 0;
    limits_.push_back(1);
    return;
  }
  tries_ = 0;
  settle(std::exchange(in_flight_, 0), outcome_of(why));
}

void journal_queue::use_limit(std::size_t count) {
  if (limits_.empty()) return;
  limits_.back() -= count;
  if (limits_.back() == 0) limits_.pop_back();
}

void journal_queue::split() {
  ++splits_;
  const auto count = std::exchange(in_flight_, 0);
  limits_.push_back(count - count / 2);
  limits_.push_back(count / 2);
}

void journal_queue::disconnected() {
  connected_ = false;
  fenced_ = false;
  limits_.clear();
  tries_ = 0;
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(in_flight_);
  for (auto at = first; at != entries_.end(); ++at)
    settled_.push_back({std::move(*at), {commit_status::lost, {}, "the database went away"}});
  entries_.erase(first, entries_.end());
}

void journal_queue::connected(std::int64_t last_batch) {
  connected_ = true;
  if (in_flight_ == 0) return;
  const auto count = std::exchange(in_flight_, 0);
  if (last_batch == number_)
    settle(count, {commit_status::committed, {}, {}});
  else
    settle(count, {commit_status::lost, {}, "the database went away before the commit landed"});
}

void journal_queue::settle(std::size_t count, const commit_outcome& outcome) {
  for (; count > 0; --count) {
    settled_.push_back({std::move(entries_.front()), outcome});
    entries_.pop_front();
  }
}

std::vector<journal_queue::settled> journal_queue::take_settled() {
  return std::exchange(settled_, {});
}

} // namespace foyer::storage
