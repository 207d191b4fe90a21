#pragma once

#include "actors/commit.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace caf {
class actor_system;
}

namespace foyer::deadlines {

/// Reads deadlines that are due before a time, the earliest first. Implemented in storage/.
class loader {
public:
  virtual ~loader() = default;
  virtual void load_deadlines(time_point before, int limit,
                              std::function<void(outcome<std::vector<deadline_row>>)> done) = 0;
};

/// Wakes the entity. Whoever gets it does what is due and deletes the row in the same commit (deadline_done);
/// a deadline whose work failed is met again at the next look into the database.
using dispatch = std::function<void(const deadline_row&)>;

/// The one timer of the installation's rows (A4, O4). It holds the near ones in memory; the far ones stay in
/// the database, and what came due while the server was down is found at start.
class timer {
public:
  virtual ~timer() = default;
  /// A row that has just been committed. Any thread.
  virtual void add(const deadline_row& row) = 0;
  virtual void stop() = 0;
};

std::unique_ptr<timer> create_timer(caf::actor_system& system, loader& from, const clock_source& clock,
                                    dispatch to);

} // namespace foyer::deadlines
