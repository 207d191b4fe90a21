#pragma once

#include "actors/account/accounts.hpp"
#include "tests/simulation/dice.hpp"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace foyer::simulation {

/// Bugs that a run can be told to have, to see that it notices.
struct account_bugs {
  bool sessions_survive = false;  // sessions_ended is not written
  bool deadlines_survive = false; // deadline_done is not written
  bool commits_dropped = false;   // now and then "committed" is a lie
};

/// One account's tables in memory with the guards that PostgreSQL has, a journal that loses and delays, and a
/// loader that reads at one time and answers at a later one.
class account_tables final : public journal, public account::loader {
public:
  account_tables(dice& chance, account_bugs bugs) : chance_(chance), bugs_(bugs) {}

  void append(commit rows, callback done) override;
  void load_account(const account_id& of, std::function<void(outcome<account::state>)> done) override;

  [[nodiscard]] bool can_step() const { return !queue_.empty() || !told_.empty() || !reads_.empty(); }
  void step();
  /// The process dies: some of what waits lands, nobody is told.
  void crash();
  void end_faults() { faulty_ = false; }

  /// The first rule that the rows break, empty when none.
  [[nodiscard]] std::string violated() const;

  account::state account;                     // version 0: there is none
  std::map<session_id, std::string> sessions; // and the password that opened each
  std::set<deadline_kind> deadlines;
  std::set<std::string> passwords_ever; // that were durable at some time
  std::size_t removals = 0;
  /// The password behind a session about to be written.
  std::map<session_id, std::string> opened_with;

private:
  struct waiting {
    commit rows;
    callback done;
  };
  commit_outcome write(const commit& rows);
  [[nodiscard]] bool stale(const commit& rows) const;
  void apply(const cold_row& row);

  dice& chance_;
  account_bugs bugs_;
  bool faulty_ = true;
  std::deque<waiting> queue_;
  std::deque<std::function<void()>> told_;
  std::deque<std::function<void()>> reads_;
};

} // namespace foyer::simulation
