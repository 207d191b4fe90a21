#pragma once

#include "actors/vocabulary/outcome.hpp"
#include "config/settings.hpp"
#include "storage/pg/connection.hpp"
#include "storage/pg/params.hpp"
#include "storage/pg/rows.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace foyer::storage::pg {

/// Counters for /metrics; any thread may read them.
struct read_stats {
  std::atomic<std::uint64_t> requests{0}; // answered with rows
  std::atomic<std::uint64_t> failed{0};   // by an error of the database, or by its absence
  std::atomic<std::uint64_t> refused{0};  // the queue was full, or no connection stood
  std::atomic<std::uint64_t> reconnects{0};
  std::atomic<std::int64_t> waiting{0}; // requests that no connection has taken yet
  std::atomic<std::int64_t> connected{0};
};

/// A statement and its parameters.
struct read_query {
  const statement* what = nullptr;
  params with;
};

/// Only rows of this tenant are seen, even where a statement forgets to ask for them (migration 018).
struct within {
  explicit within(const organisation_id& which) : tenant(which) {}
  organisation_id tenant;
};

/// The rows of all tenants. The reason says why no tenant is known, or why many are asked for at once;
/// whoever reads for a page of one house uses `within`.
struct everywhere {
  template <std::size_t Length>
  explicit constexpr everywhere(const char (&reason)[Length]) : why(reason) {
    static_assert(Length > 1, "say why");
  }
  const char* why;
};

/// What a request may see. There is no default: each caller says it.
using read_scope = std::variant<within, everywhere>;

/// Two sets of pipelined connections that only read (the session refuses writes): one for what is
/// asked within a tenant, one for what is asked everywhere. Statements are prepared on a connection at their
/// first use there.
class read_pool {
public:
  using all_rows = std::vector<rows>;

  virtual ~read_pool() = default;

  /// Any thread. The queries see one snapshot. `done` is called once, on the pool's strand and never inside
  /// this call: rows per query; or `unavailable` when the queue (database.read_queue_max) is full or the
  /// database away or slower than database.statement_deadline; or `internal` when it refused the query
  /// (logged). `done` must only pass the news on.
  virtual void run(std::vector<read_query> queries, read_scope scope,
                   std::function<void(outcome<all_rows>)> done) = 0;

  /// Calls `then` once on the pool's strand, behind what its thread has at hand: who wants to ask for as much
  /// as possible at once waits for this long. Any thread.
  virtual void after_this_turn(std::function<void()> then) = 0;

  /// At least one connection of each set stands. Any thread.
  [[nodiscard]] virtual bool ready() const noexcept = 0;
  [[nodiscard]] virtual const read_stats& stats() const noexcept = 0;

  /// Disconnects; what waits or runs gets `unavailable`. Any thread.
  virtual void close() = 0;
};

/// The io_context must outlive the pool and may be run by several threads.
std::shared_ptr<read_pool> create_read_pool(boost::asio::io_context& on, const config::settings& settings,
                                            const std::string& database_url);

} // namespace foyer::storage::pg
