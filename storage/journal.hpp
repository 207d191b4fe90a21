#pragma once

#include "actors/journal.hpp"
#include "config/settings.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace boost::asio {
class io_context;
}

namespace foyer::storage {

/// Counters since the start, for /metrics; any thread may read them.
struct journal_stats {
  /// Bucket i counts values of up to 2^i: commits of a batch, microseconds of a flush (times 64).
  static constexpr std::size_t buckets = 16;

  std::atomic<std::uint64_t> batches{0}; // landed
  std::atomic<std::uint64_t> commits{0}; // told `committed`
  std::atomic<std::uint64_t> refused{0}; // told `stale`, `conflict` or `rejected`
  std::atomic<std::uint64_t> lost{0};    // told `lost`
  std::atomic<std::uint64_t> splits{0};  // batches undone and tried again in halves
  std::atomic<std::uint64_t> reconnects{0};
  std::atomic<std::uint64_t> flush_us{0}; // from sending a batch to knowing that it is durable, summed
  std::atomic<std::int64_t> waiting{0};   // commits that are in no batch yet
  std::array<std::atomic<std::uint64_t>, buckets> batch_size{};
  std::array<std::atomic<std::uint64_t>, buckets> flush_time{}; // units of 64 µs
};

/// What other rooms want to know of commits that became durable. Called on the journal's strand, must not
/// block.
struct journal_hooks {
  /// At least one mail was queued: wakes the mailers.
  std::function<void()> on_mail;
  /// Deadlines were written: the near ones go into the timer.
  std::function<void(std::span<const deadline_row>)> on_deadlines;
  /// A commit became durable; after its own callback.
  std::function<void(const commit&)> on_landed{};
};

/// The journal on PostgreSQL: what was appended while one transaction is being flushed goes into the next
/// one, of up to journal.batch_max commits. In a batch the hot rows are written first, then the cold ones in
/// order.
class group_journal : public journal {
public:
  /// Connected, so that commits are accepted. Any thread.
  [[nodiscard]] virtual bool ready() const noexcept = 0;
  [[nodiscard]] virtual const journal_stats& stats() const noexcept = 0;

  /// Refuses (`lost`) what comes from now on, finishes what was appended, disconnects, then calls `done`
  /// once. While the database is away a batch of unknown fate is waited for: the caller brings its own
  /// deadline. Any thread.
  virtual void drain(std::function<void()> done) = 0;

  /// Disconnects at once. Callbacks of a batch of unknown fate are dropped uncalled, the others are told
  /// `lost`. Any thread; the journal's own events may still run until the io_context has seen it.
  virtual void close() = 0;
};

/// Connects at once and again whenever the connection breaks (50 ms, doubling to database.reconnect_max). The
/// io_context must outlive the journal and may be run by several threads.
std::shared_ptr<group_journal> create_journal(boost::asio::io_context& on, const config::settings& settings,
                                              const std::string& database_url, journal_hooks hooks);

} // namespace foyer::storage
