#pragma once

#include "actors/journal.hpp"
#include "storage/journal_queue.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/tables.hpp"

#include <deque>
#include <span>

namespace foyer::simulation {

/// The real journal's queue, batches and splits over tables in memory and a connection that breaks. A batch
/// whose connection broke may have landed or not; nobody knows until the next connection tells, and when the
/// process dies before, nobody ever says.
class faulty_journal final : public journal {
public:
  /// How often things go wrong: once in so many times, 0 never.
  struct faults {
    std::size_t lost = 25;      // refused at the door: the queue is full
    std::size_t cut = 30;       // the connection goes, before or after the batch took effect
    std::size_t collides = 50;  // an order's number was taken
    std::size_t deadlocks = 60; // with another process
    std::size_t unable = 80;    // the disk is full
  };
  static constexpr faults no_faults{0, 0, 0, 0, 0};

  faulty_journal(tables& in, dice& chance, faults how)
      : tables_(in), chance_(chance), faults_(how), queue_(batch_max) {
    queue_.connected(0);
  }

  void append(commit rows, callback done) override;

  [[nodiscard]] bool can_step() const { return !connected_ || queue_.in_flight() || queue_.waiting() > 0; }
  [[nodiscard]] bool can_tell() const { return !told_.empty() || !turned_away_.empty(); }
  /// Connects, sends a batch, or lets the database answer. True when something may have been written.
  bool step();
  /// Tells one commit's fate.
  void tell();
  /// The process dies; nobody is told. What the database was doing for it, it may still do at any later time.
  std::vector<commit> crash();
  void set_faults(faults how) { faults_ = how; }

  /// Deadlines that have just become durable, as the real journal tells them.
  std::function<void(std::span<const deadline_row>)> on_deadlines;

private:
  static constexpr std::size_t batch_max = 8;

  [[nodiscard]] commit planted(commit rows);
  [[nodiscard]] std::optional<storage::pg::failure> trouble();
  bool answer();
  void cut();
  void collect();

  struct news {
    callback done;
    commit_outcome what;
  };

  tables& tables_;
  dice& chance_;
  faults faults_;
  storage::journal_queue queue_;
  bool connected_ = true;
  std::int64_t last_batch_ = 0; // that landed, as the database knows
  std::deque<news> told_;
  std::deque<news> turned_away_;
};

} // namespace foyer::simulation
