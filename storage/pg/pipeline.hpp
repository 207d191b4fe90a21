#pragma once

#include "storage/pg/connection.hpp"
#include "storage/pg/read_pool.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_set>
#include <vector>

namespace foyer::storage::pg {

/// What one transaction of reads gave: the rows of each query, or the first failure.
struct read_answer {
  std::vector<rows> results;
  std::optional<failure> failed;
};

/// Queries that share one snapshot, and who wants to know.
struct read_request {
  std::vector<read_query> queries;
  read_scope scope;
  std::function<void(outcome<std::vector<rows>>)> done;
  int attempts = 0; // so far
};

/// Which answer belongs to what, on one connection: requests go out before the ones before them are answered,
/// each preceded by the preparation of statements that this connection has not seen, and by its scope. Pure.
class pipeline {
public:
  using clock = std::chrono::steady_clock;

  /// One thing to send, in order; then a sync.
  struct step {
    enum class kind { prepare, scope, query } what;
    std::size_t index = 0; // of the query
  };

  /// Enters the request as sent and says what to send for it. The reference holds until finished() or
  /// abandon().
  const std::vector<step>& send(read_request request, clock::time_point now);
  [[nodiscard]] const read_request& last() const { return flights_.back().request; }

  /// The next result; belongs to the oldest request.
  void result(rows of);
  /// The oldest request's sync: its answer, and who wanted it.
  struct finished {
    read_request request;
    read_answer answer;
  };
  finished sync();

  /// The connection broke: everything unanswered, oldest first. The next connection has prepared nothing.
  std::vector<read_request> abandon();

  [[nodiscard]] std::size_t in_flight() const noexcept { return flights_.size(); }
  [[nodiscard]] std::optional<clock::time_point> oldest() const {
    if (flights_.empty()) return std::nullopt;
    return flights_.front().sent_at;
  }

private:
  struct flight {
    read_request request;
    clock::time_point sent_at;
    std::vector<step> steps;
    std::size_t answered = 0;
    read_answer answer;
  };

  std::deque<flight> flights_;
  std::unordered_set<const statement*> prepared_;
};

} // namespace foyer::storage::pg
