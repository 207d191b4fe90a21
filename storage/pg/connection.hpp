#pragma once

#include "storage/pg/params.hpp"
#include "storage/pg/rows.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace foyer::storage::pg {

/// A statement that is prepared once per connection and then run by name. Instances are constants.
struct statement {
  const char* name;
  const char* sql;
};

/// How to reach the database. Reusable for every reconnect.
struct connect_options {
  std::string url;                           // a connection string or URI of libpq
  std::string application_name;              // shown in pg_stat_activity
  std::string settings;                      // further `-c name=value` for the session
  std::chrono::milliseconds deadline{5'000}; // of the whole attempt
};

/// One connection to PostgreSQL in libpq's pipeline mode, driven by an Asio executor on which everything
/// happens (a strand, when several threads run the io_context): every call comes from there, and so does
/// every event.
///
/// Statements go out in order and each is answered by exactly one on_result; sync() ends a transaction: all
/// since the last sync is durable when on_sync arrives without a failed result before it, and undone
/// otherwise. When the connection breaks, what was not answered by on_sync has an unknown fate.
class connection {
public:
  /// Told what happens. No call after close() or on_lost.
  class listener {
  public:
    virtual ~listener() = default;
    /// Connected and ready for statements.
    virtual void on_open() = 0;
    /// The oldest unanswered statement: rows, a failure, or skipped.
    virtual void on_result(rows result) = 0;
    virtual void on_sync() = 0;
    /// Could not be opened, or broke. The connection is of no more use.
    virtual void on_lost(const failure& why) = 0;
    /// After `listen channel`.
    virtual void on_notification(std::string_view channel, std::string_view payload) {
      static_cast<void>(channel);
      static_cast<void>(payload);
    }
  };

  virtual ~connection() = default;

  /// Queues a statement; what is queued leaves with the next sync() at the latest.
  virtual void prepare(const statement& which) = 0;
  virtual void run(const statement& which, const params& with) = 0;
  /// Text that is not prepared; results are binary all the same.
  virtual void run_once(const char* sql, const params& with) = 0;
  virtual void sync() = 0;

  /// Ends the connection at once and forgets the listener.
  virtual void close() = 0;
};

/// Starts connecting; `told` gets on_open or on_lost later, never inside this call, and must live until one
/// of on_lost and close().
std::shared_ptr<connection> open_connection(const boost::asio::any_io_executor& on,
                                            const connect_options& options, connection::listener& told);

} // namespace foyer::storage::pg
