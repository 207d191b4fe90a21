#include "storage/journal.hpp"

#include "storage/journal_cold.hpp"
#include "storage/journal_hot.hpp"
#include "storage/journal_queue.hpp"
#include "storage/journal_shape.hpp"
#include "storage/pg/backoff.hpp"
#include "storage/pg/connection.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <spdlog/spdlog.h>

#include <bit>
#include <mutex>
#include <utility>

namespace foyer::storage {
namespace {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

// Rows are found by index only: plans are made once, perhaps while the tables are still empty.
constexpr const char* session_settings =
    "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off "
    "-c synchronous_commit=on -c default_transaction_isolation=read\\ committed";

// A former connection of this journal may still stand in the server with half a batch. Ends it, and with it
// the wait of the claim for the row that it locked.
constexpr const char* end_former_sql = "select pg_terminate_backend(pid) from pg_stat_activity where "
                                       "application_name = $1 and pid <> pg_backend_pid()";

// Rows of processes that have not written for a month are of no more use to anybody.
constexpr const char* forget_old_sql =
    "delete from journals where name <> $1 and at < now() - interval '30 days'";

constexpr const char* claim_sql =
    "insert into journals (name, epoch, last_batch) values ($1, 1, 0)"
    " on conflict (name) do update set epoch = journals.epoch + 1 returning epoch, last_batch";

/// How often a connection that has become silent is looked for.
constexpr auto watch_every = std::chrono::seconds{1};

/// One name per process, so that two on one database don't fence each other out; row versions keep them
/// apart.
std::string random_name() {
  std::array<std::uint8_t, 12> bytes{};
  fill_random(bytes);
  return "foyer-journal-" + base64url(bytes);
}

std::size_t bucket_of(std::uint64_t value) noexcept {
  const auto bits = value <= 1 ? 0 : std::bit_width(value - 1);
  return std::min<std::size_t>(static_cast<std::size_t>(bits), journal_stats::buckets - 1);
}

class pg_journal final : public group_journal,
                         public std::enable_shared_from_this<pg_journal>,
                         private pg::connection::listener {
public:
  pg_journal(asio::io_context& on, const config::settings& settings, const std::string& url,
             journal_hooks hooks)
      : strand_(asio::make_strand(on)), timer_(strand_), watch_(strand_), hooks_(std::move(hooks)),
        name_(random_name()), queue_max_(settings.journal.queue_max),
        stall_(settings.database.statement_deadline), backoff_(settings.database.reconnect_max),
        queue_(static_cast<std::size_t>(settings.journal.batch_max)) {
    options_ = {url, name_, session_settings, settings.database.connect_deadline};
  }

  void start() {
    asio::post(strand_, [self = shared_from_this()] {
      self->open();
      self->watch();
    });
  }

  void append(commit rows, callback done) override {
    auto refusal = "the database is away";
    {
      const std::lock_guard lock{mutex_};
      const auto full = stats_.waiting.load(std::memory_order_relaxed) >= queue_max_;
      if (accepting_ && !full) {
        stats_.waiting.fetch_add(1, std::memory_order_relaxed);
        inbox_.push_back({std::move(rows), std::move(done)});
        if (!std::exchange(woken_, true)) asio::post(strand_, [self = shared_from_this()] { self->pump(); });
        return;
      }
      if (accepting_) refusal = "the journal's queue is full";
    }
    stats_.lost.fetch_add(1, std::memory_order_relaxed);
    asio::post(strand_, [done = std::move(done), refusal] { done({commit_status::lost, {}, refusal}); });
  }

  bool ready() const noexcept override { return ready_.load(std::memory_order_relaxed); }
  const journal_stats& stats() const noexcept override { return stats_; }

  void drain(std::function<void()> done) override {
    set_accepting(false, true);
    asio::post(strand_, [self = shared_from_this(), done = std::move(done)]() mutable {
      self->drained_.push_back(std::move(done));
      self->pump();
    });
  }

  void close() override {
    set_accepting(false, true);
    asio::post(strand_, [self = shared_from_this()] {
      self->collect();
      self->stop();
      self->queue_.disconnected();
      self->tell();
    });
  }

private:
  enum class phase { away, claiming, ready, closed };

  // Connecting
  // ---------------------------------------------------------------------------------------------------

  void open() {
    if (phase_ == phase::closed) return;
    results_ = 0;
    failed_.reset();
    connection_ = pg::open_connection(strand_, options_, *this);
  }

  void on_open() override {
    phase_ = phase::claiming;
    since_ = clock::now();
    pg::params name;
    name.add(name_);
    connection_->run_once(end_former_sql, name);
    connection_->run_once(composite_types_sql, {});
    connection_->run_once(forget_old_sql, name);
    connection_->sync();
    hot_.forget();
    preparing_ = nullptr;
    connection_->prepare(hot_.whole().statement);
    hot_.whole().prepared = true; // or the claim fails
    for (const auto* statement : cold_statements()) connection_->prepare(*statement);
    connection_->sync();
    connection_->run_once(claim_sql, name);
    connection_->sync();
    syncs_ = 3;
  }

  /// The second result has the types' numbers, the last one the claim.
  void on_claim_result(const pg::rows& result) {
    ++results_;
    if (results_ == 2) types_ = read_composite_types(result);
    if (results_ != 4 + static_cast<int>(cold_statements().size()) + 1) return;
    pg::row_reader row{result, 0};
    row.into(epoch_, last_batch_);
  }

  void claimed() {
    phase_ = phase::ready;
    backoff_.reset();
    queue_.connected(last_batch_);
    set_accepting(true, false);
    ready_ = true;
    spdlog::info("journal: connected, epoch {}", epoch_);
    pump();
  }

  void on_lost(const pg::failure& why) override { reopen(why.message); }

  /// Drops the connection, and tries again later.
  void reopen(std::string_view why) {
    if (phase_ == phase::closed) return;
    if (connection_) std::exchange(connection_, nullptr)->close();
    if (phase_ == phase::ready) {
      spdlog::warn("journal: lost the database: {}", why);
      stats_.reconnects.fetch_add(1, std::memory_order_relaxed);
    } else if (backoff_.first()) {
      spdlog::warn("journal: can't reach the database: {}", why);
    }
    phase_ = phase::away;
    ready_ = false;
    set_accepting(false, false);
    collect();
    queue_.disconnected();
    tell();
    if (finish_drain()) return;
    timer_.expires_after(backoff_.next());
    timer_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (!ec) self->open();
    });
  }

  /// A server that is stopped or cut off says nothing: after the longest time that a statement may take, the
  /// batch's fate is asked of another connection.
  void watch() {
    watch_.expires_after(watch_every);
    watch_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (ec) return;
      const auto waits = self->phase_ == phase::claiming || self->queue_.in_flight();
      if (self->connection_ && waits && clock::now() - self->since_ > self->stall_) self->reopen("no answer");
      self->watch();
    });
  }

  // Batches
  // ------------------------------------------------------------------------------------------------------

  /// Moves what was appended into the queue.
  void collect() {
    {
      const std::lock_guard lock{mutex_};
      woken_ = phase_ == phase::ready && queue_.in_flight(); // a batch's end comes here anyway
      taken_.swap(inbox_);
    }
    for (auto& entry : taken_) queue_.push(std::move(entry));
    taken_.clear();
  }

  void pump() {
    if (phase_ == phase::closed) return;
    collect();
    const auto step = phase_ == phase::ready ? queue_.next() : journal_queue::step::wait;
    if (step == journal_queue::step::reconnect) return reopen("another connection took over this journal");
    if (step == journal_queue::step::send) send();
    tell();
    finish_drain();
  }

  void send() {
    {
      const std::lock_guard lock{mutex_};
      woken_ = true;
    }
    since_ = clock::now();
    syncs_ = 1;
    const auto& batch = queue_.batch();
    send_hot(batch);
    const auto commits = batch.commits();
    for (std::size_t i = 0; i < commits.size(); ++i) {
      for (const auto& row : commits[i]->cold) {
        if (std::holds_alternative<staff_change_row>(row) || std::holds_alternative<household_kept>(row))
          continue; // together below
        const auto& statement = encode_cold(params_, row, {types_, commits.subspan(i)});
        connection_->run(statement, params_);
      }
    }
    if (const auto* statement = encode_staff_changes(params_, commits, types_))
      connection_->run(*statement, params_);
    if (const auto* statement = encode_kept_households(params_, commits))
      connection_->run(*statement, params_);
    connection_->sync();
  }

  void send_hot(const journal_batch& batch) {
    auto& hot = hot_.at(shape_of(batch));
    if (!hot.prepared) {
      connection_->prepare(hot.statement);
      preparing_ = &hot;
    }
    encode_hot(params_, hot.shape, batch, types_, {name_, epoch_, queue_.batch_number()});
    connection_->run(hot.statement, params_);
  }

  void on_result(pg::rows result) override {
    // A statement that was prepared stays so, whatever becomes of the transaction.
    if (auto* first = std::exchange(preparing_, nullptr)) first->prepared = result.ok();
    if (!result.ok()) {
      if (!result.skipped() && !failed_) failed_ = result.error();
      return;
    }
    if (phase_ == phase::claiming && !failed_) on_claim_result(result);
  }

  void on_sync() override {
    if (--syncs_ > 0) return;
    if (phase_ == phase::claiming) {
      if (failed_) return reopen(std::exchange(failed_, std::nullopt)->message);
      return claimed();
    }
    if (failed_) {
      queue_.refused(*std::exchange(failed_, std::nullopt));
    } else {
      count_batch();
      queue_.landed();
    }
    pump();
  }

  // Telling
  // ------------------------------------------------------------------------------------------------------

  void count_batch() {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - since_).count();
    const auto spent = static_cast<std::uint64_t>(us);
    stats_.batches.fetch_add(1, std::memory_order_relaxed);
    stats_.flush_us.fetch_add(spent, std::memory_order_relaxed);
    stats_.batch_size[bucket_of(queue_.batch().commits().size())].fetch_add(1, std::memory_order_relaxed);
    stats_.flush_time[bucket_of(spent / 64)].fetch_add(1, std::memory_order_relaxed);
  }

  /// Answers the commits whose fate is known. The next batch is on its way already.
  void tell() {
    stats_.splits.store(queue_.splits(), std::memory_order_relaxed);
    {
      const std::lock_guard lock{mutex_};
      stats_.waiting.store(static_cast<std::int64_t>(queue_.waiting() + inbox_.size()),
                           std::memory_order_relaxed);
    }
    auto mails = false;
    for (auto& [of, outcome] : queue_.take_settled()) {
      auto& counter = outcome.status == commit_status::committed ? stats_.commits
                      : outcome.status == commit_status::lost    ? stats_.lost
                                                                 : stats_.refused;
      counter.fetch_add(1, std::memory_order_relaxed);
      of.done(outcome);
      if (outcome.status != commit_status::committed) continue;
      if (hooks_.on_landed) hooks_.on_landed(of.rows);
      mails = mails || !of.rows.mails.empty();
      if (!of.rows.deadlines.empty() && hooks_.on_deadlines) hooks_.on_deadlines(of.rows.deadlines);
    }
    if (mails && hooks_.on_mail) hooks_.on_mail();
  }

  // Ending
  // -------------------------------------------------------------------------------------------------------

  /// `for_good`: nothing reopens the door any more.
  void set_accepting(bool accepting, bool for_good) {
    const std::lock_guard lock{mutex_};
    ended_ = ended_ || for_good;
    accepting_ = accepting && !ended_;
  }

  bool finish_drain() {
    if (drained_.empty() || !queue_.idle()) return false;
    stop();
    for (auto& done : std::exchange(drained_, {})) done();
    return true;
  }

  void stop() {
    phase_ = phase::closed;
    ready_ = false;
    timer_.cancel();
    watch_.cancel();
    if (connection_) std::exchange(connection_, nullptr)->close();
  }

  asio::strand<asio::io_context::executor_type> strand_;
  asio::steady_timer timer_; // until the next attempt to connect
  asio::steady_timer watch_;
  journal_hooks hooks_;
  std::string name_;
  std::int64_t queue_max_;
  clock::duration stall_;
  pg::connect_options options_;
  pg::backoff backoff_;
  journal_stats stats_;
  std::atomic<bool> ready_{false};

  std::mutex mutex_; // of the next four
  std::vector<journal_queue::entry> inbox_;
  bool woken_ = false; // pump() will run anyway
  bool accepting_ = false;
  bool ended_ = false;

  // On the strand only.
  std::vector<journal_queue::entry> taken_;
  journal_queue queue_;
  phase phase_ = phase::away;
  std::shared_ptr<pg::connection> connection_;
  composite_types types_;
  std::int64_t epoch_ = 0;
  std::int64_t last_batch_ = 0;
  pg::params params_;
  hot_statements hot_;
  hot_statements::one* preparing_ = nullptr; // by the first message of the batch in flight
  int results_ = 0;                          // of the claim
  int syncs_ = 0;                            // not answered yet
  std::optional<pg::failure> failed_;        // the first failure since the last sync
  clock::time_point since_;                  // when the batch or the claim was sent
  std::vector<std::function<void()>> drained_;
};

} // namespace

std::shared_ptr<group_journal> create_journal(asio::io_context& on, const config::settings& settings,
                                              const std::string& database_url, journal_hooks hooks) {
  auto out = std::make_shared<pg_journal>(on, settings, database_url, std::move(hooks));
  out->start();
  return out;
}

} // namespace foyer::storage
