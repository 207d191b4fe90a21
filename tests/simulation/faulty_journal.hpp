#pragma once

#include "actors/journal.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/tables.hpp"

#include <deque>

namespace foyer::simulation {

/// The journal's port over tables in memory. Like the real one it tries commits in the order in which they
/// came and tells what became of them in that order, at some later time; what it refuses to take is told at
/// once, out of turn. What it loses, it has certainly not written.
class faulty_journal final : public journal {
public:
  /// How often things go wrong: once in so many times, 0 never.
  struct faults {
    std::size_t lost = 25;     // refused at the door: queue full, database away
    std::size_t cut = 40;      // the connection goes: everything that waits is lost
    std::size_t collides = 50; // an order's number was taken
  };

  faulty_journal(tables& in, dice& chance, faults how) : tables_(in), chance_(chance), faults_(how) {}

  void append(commit rows, callback done) override;

  [[nodiscard]] bool can_flush() const { return !queue_.empty(); }
  [[nodiscard]] bool can_tell() const { return !told_.empty() || !turned_away_.empty(); }
  /// Writes some of what waits.
  void flush();
  /// Tells one commit's fate.
  void tell();
  /// The process dies: some of what waits lands, the rest does not, nobody is told.
  void crash();
  void set_faults(faults how) { faults_ = how; }

private:
  struct waiting {
    commit rows;
    callback done;
  };
  struct news {
    callback done;
    commit_outcome what;
  };

  commit_outcome write(const commit& rows);

  tables& tables_;
  dice& chance_;
  faults faults_;
  std::deque<waiting> queue_;
  std::deque<news> told_;
  std::deque<news> turned_away_;
};

} // namespace foyer::simulation
