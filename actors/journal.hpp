#pragma once

#include "actors/commit.hpp"

#include <functional>
#include <string>

namespace foyer {

/// What became of a commit.
enum class commit_status {
  committed, // durable: fsync done, safe to tell
  stale,     // a version guard or the stock's refused it: the owner's state was not the latest
  conflict,  // a unique constraint refused it; `constraint` names it
  rejected,  // another constraint or error of the database refused it; `constraint` or `detail` says which
  lost       // the database could not be reached; certainly not committed
};

struct commit_outcome {
  commit_status status = commit_status::lost;
  std::string constraint;
  std::string detail;
};

/// The port through which everything durable is written. Implemented by storage/journal.cpp, and by a faulty
/// one in the simulation.
class journal {
public:
  using callback = std::function<void(const commit_outcome&)>;

  virtual ~journal() = default;

  /// Any thread. Commits are tried in the order in which they were appended; `done` is called once, from
  /// another thread than the caller's or later on the same, and must only pass the news on. When the queue is
  /// full or the database is away, `done` is told `lost`.
  virtual void append(commit rows, callback done) = 0;
};

} // namespace foyer
