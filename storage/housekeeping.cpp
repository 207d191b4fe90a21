#include "storage/housekeeping.hpp"

#include "storage/pg/blocking.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace foyer::storage {
namespace {

constexpr std::chrono::minutes look_every{5};
// Of one statement: short locks, and stop() never waits long.
constexpr int rows_max = 5'000;
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
  };
}

class thread_of_its_own final : public housekeeping {
public:
  thread_of_its_own(std::string url, const config::settings& settings,
                    std::function<void(std::string_view)> log)
      : url_(std::move(url)), portions_(portions_of(settings)), log_(std::move(log)),
        thread_([this] { run(); }) {}

  ~thread_of_its_own() override { stop(); }

  void stop() override {
    {
      const std::lock_guard lock{mutex_};
      stopped_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

private:
  void run() {
    while (!wait(look_every)) {
      auto open = connect_blocking(url_);
      if (!open) continue; // the journal has told it already
      for (const auto& each : portions_) clean(open->get(), each);
    }
  }

  // True when it is time to end.
  bool wait(std::chrono::milliseconds time) {
    std::unique_lock lock{mutex_};
    return wake_.wait_for(lock, time, [this] { return stopped_; });
  }

  void clean(PGconn* open, const portion& of) {
    for (;;) {
      const auto done = query(open, of.statement, of.with);
      if (!done) return log_("cannot remove old " + std::string{of.what} + ": " + done.error().detail);
      if (std::atoi(PQcmdTuples(done->get())) < rows_max || wait(std::chrono::milliseconds{0})) return;
    }
  }

  std::string url_;
  std::vector<portion> portions_;
  std::function<void(std::string_view)> log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  std::thread thread_; // last: it uses all of the above
};

} // namespace

std::unique_ptr<housekeeping> start_housekeeping(std::string database_url, const config::settings& settings,
                                                 std::function<void(std::string_view)> log) {
  return std::make_unique<thread_of_its_own>(std::move(database_url), settings, std::move(log));
}

} // namespace foyer::storage
