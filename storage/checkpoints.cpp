#include "storage/checkpoints.hpp"

#include "storage/ledger_checkpoint.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace foyer::storage {
namespace {

// A checkpoint that failed is tried again soon: a database that restarts must not cost a day.
constexpr std::chrono::minutes retry_after{5};
// Of a loss only the first are logged; `foyer ledger verify` names all.
constexpr std::size_t named_max = 10;

class thread_of_its_own final : public checkpoints {
public:
  thread_of_its_own(std::string url, const config::settings& settings, const server_secret& secret,
                    checkpoint_log log)
      : after_start_(settings.ledger.checkpoint_after_start), every_(settings.ledger.checkpoint_every),
        secret_(secret), log_(std::move(log)) {
    options_.url = std::move(url);
    options_.folder = settings.checkpoint_dir();
    options_.kept = settings.ledger.checkpoints_kept;
    options_.connected = [this](PGconn* open) { show(open); };
    thread_ = std::thread{[this] { run(); }};
  }

  ~thread_of_its_own() override { stop(); }

  void stop() override {
    {
      const std::lock_guard lock{mutex_};
      stopped_ = true;
      // Whatever waits for the database there gets an error.
      if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

private:
  void run() {
    auto time = after_start_;
    while (!wait(time)) time = write() ? every_ : std::min<config::duration>(every_, retry_after);
  }

  // True when it is time to end.
  bool wait(config::duration time) {
    std::unique_lock lock{mutex_};
    return wake_.wait_for(lock, time, [this] { return stopped_; });
  }

  bool write() {
    const auto report = write_checkpoint(options_, secret_);
    if (!report) {
      if (!wait(config::duration{0})) log_.failed("no checkpoint: " + report.error().detail);
      return false;
    }
    for (std::size_t i = 0; i < std::min(named_max, report->broken.size()); ++i) {
      const auto& each = report->broken[i];
      log_.failed("wallet " + to_string(each.household) + " entry " + std::to_string(each.seq) + ": " +
                  each.why);
    }
    if (!report->broken.empty())
      log_.failed("no checkpoint: " + std::to_string(report->broken.size()) +
                  " wallets lost what was signed; see foyer ledger verify");
    else
      log_.written(report->file.string() + ": " + std::to_string(report->wallets) + " wallets, " +
                   std::to_string(report->entries) + " entries");
    // A loss does not mend itself.
    return true;
  }

  // A descriptor of its own stays this connection's, even when libpq closes the other one meanwhile.
  void show(PGconn* open) {
    const std::lock_guard lock{mutex_};
    if (socket_ >= 0) ::close(socket_);
    socket_ = open != nullptr ? ::dup(PQsocket(open)) : -1;
    if (socket_ >= 0 && stopped_) ::shutdown(socket_, SHUT_RDWR);
  }

  const config::duration after_start_;
  const config::duration every_;
  const server_secret secret_;
  const checkpoint_log log_;
  checkpoint_options options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  int socket_ = -1;
  std::thread thread_;
};

} // namespace

std::unique_ptr<checkpoints> start_checkpoints(std::string database_url, const config::settings& settings,
                                               const server_secret& secret, checkpoint_log log) {
  return std::make_unique<thread_of_its_own>(std::move(database_url), settings, secret, std::move(log));
}

} // namespace foyer::storage
