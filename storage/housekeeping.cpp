#include "storage/housekeeping.hpp"

#include "storage/clock_mark.hpp"
#include "storage/pg/blocking.hpp"

#include <condition_variable>
#include <mutex>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace foyer::storage {
namespace {

constexpr std::chrono::minutes look_every{5};
// By so much more than the time without a server may something live after the clock was set back meanwhile.
constexpr std::chrono::seconds mark_every{10};
// Of one statement: short locks, and stop() never waits long.
constexpr int rows_max = 5'000;
// What a database that answers needs for the statement in hand and the last mark; one that is frozen answers
// never.
constexpr std::chrono::seconds stop_after{2};
// Expired links still say that they expired (A2) for this long; then they are unknown.
constexpr std::string_view tokens_kept_for = "30 days";

struct portion {
  std::string_view what;
  std::string statement;
  std::vector<std::string> with;
};

std::vector<portion> portions_of(const config::settings& settings) {
  const auto limit = std::to_string(rows_max);
  const auto kept = std::to_string(settings.orders.idempotency_kept_for.count()) + " ms";
  return {
      {"idempotency records",
       "delete from idempotency where id in (select id from idempotency where created_at < now() - "
       "$1::interval limit $2::int)",
       {kept, limit}},
      {"sessions",
       "delete from sessions where id in (select id from sessions where expires_at < now() - interval '1 "
       "hour' limit $1::int)",
       {limit}},
      {"tokens",
       "delete from tokens where id in (select id from tokens where expires_at < now() - $1::interval limit "
       "$2::int)",
       {std::string{tokens_kept_for}, limit}},
      // What a crash left while a document was being uploaded.
      {"documents",
       "delete from documents where id in (select id from documents where not complete and created_at < "
       "now() - "
       "interval '1 day' limit $1::int)",
       {limit}},
  };
}

class thread_of_its_own final : public housekeeping {
public:
  thread_of_its_own(std::string url, const config::settings& settings, const clock_source& clock,
                    std::function<void(std::string_view)> log)
      : url_(std::move(url)), portions_(portions_of(settings)), clock_(clock), log_(std::move(log)),
        thread_([this] { run(); }) {}

  ~thread_of_its_own() override { stop(); }

  void stop() override {
    {
      std::unique_lock lock{mutex_};
      stopped_ = true;
      wake_.notify_all();
      if (!wake_.wait_for(lock, stop_after, [this] { return ended_; })) {
        given_up_ = true;
        // Whatever waits for the database there gets an error.
        if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
      }
    }
    if (thread_.joinable()) thread_.join();
  }

private:
  void run() {
    auto next_look = std::chrono::steady_clock::now() + look_every;
    blocking_connection open;
    for (bool last = false; !last;) {
      mark(open);
      last = wait(mark_every);
      if (last || !open || std::chrono::steady_clock::now() < next_look) continue;
      for (const auto& each : portions_) clean(open.get(), each);
      next_look = std::chrono::steady_clock::now() + look_every;
    }
    if (open) mark(open);
    show(nullptr);
    const std::lock_guard lock{mutex_};
    ended_ = true;
    wake_.notify_all();
  }

  // What fails here the journal has told already.
  void mark(blocking_connection& open) {
    if (!open) {
      if (auto made = connect_blocking(url_)) open = std::move(*made);
      show(open.get());
    }
    if (open && !write_clock_mark(open.get(), clock_.now())) open.reset();
  }

  // A descriptor of its own stays this connection's, even when libpq closes the other one meanwhile.
  void show(PGconn* open) {
    const std::lock_guard lock{mutex_};
    if (socket_ >= 0) ::close(socket_);
    socket_ = open != nullptr ? ::dup(PQsocket(open)) : -1;
    if (socket_ >= 0 && given_up_) ::shutdown(socket_, SHUT_RDWR);
  }

  // True when it is time to end.
  bool wait(std::chrono::milliseconds time) {
    std::unique_lock lock{mutex_};
    return wake_.wait_for(lock, time, [this] { return stopped_; });
  }

  void clean(PGconn* open, const portion& of) {
    for (;;) {
      const auto done = query(open, of.statement, of.with);
      if (!done && wait(std::chrono::milliseconds{0})) return; // broken off by stop()
      if (!done) return log_("cannot remove old " + std::string{of.what} + ": " + done.error().detail);
      if (std::atoi(PQcmdTuples(done->get())) < rows_max || wait(std::chrono::milliseconds{0})) return;
    }
  }

  std::string url_;
  std::vector<portion> portions_;
  const clock_source& clock_;
  std::function<void(std::string_view)> log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  bool given_up_ = false; // by stop()
  bool ended_ = false;
  int socket_ = -1;
  std::thread thread_; // last: it uses all of the above
};

} // namespace

std::unique_ptr<housekeeping> start_housekeeping(std::string database_url, const config::settings& settings,
                                                 const clock_source& clock,
                                                 std::function<void(std::string_view)> log) {
  return std::make_unique<thread_of_its_own>(std::move(database_url), settings, clock, std::move(log));
}

} // namespace foyer::storage
