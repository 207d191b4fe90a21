#include "storage/campaign_queue.hpp"

#include "storage/campaign_portion.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace foyer::storage {
namespace {

// Campaigns that another process left behind are found after this time.
constexpr std::chrono::seconds look_every{30};
// After a failure: somebody held a row, or the database is away.
constexpr std::chrono::milliseconds rest{500};

constexpr const char* open_campaigns = "select id from campaigns where queued_at is null order by id";

class thread_of_its_own final : public campaign_queue {
public:
  thread_of_its_own(std::string url, const config::settings& settings, const server_secret& secret,
                    campaign_hooks hooks)
      : url_(std::move(url)), link_valid_(settings.accounts.invitation_link), secret_(secret),
        hooks_(std::move(hooks)), thread_([this] { run(); }) {}

  ~thread_of_its_own() override { stop(); }

  void wake() noexcept override {
    {
      const std::lock_guard lock{mutex_};
      woken_ = true;
    }
    changed_.notify_all();
  }

  void stop() override {
    {
      const std::lock_guard lock{mutex_};
      stopped_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

private:
  void run() {
    do {
      auto worked = work();
      while (!worked) {
        tell(worked.error().detail);
        connection_.reset();
        if (wait(rest, false)) return;
        worked = work();
      }
      failing_ = false;
    } while (!wait(look_every, true));
  }

  // All campaigns that are open, a portion of each in turn, so that a small one does not wait for a large
  // one.
  outcome<done> work() {
    if (!connection_) {
      auto opened = connect_blocking(url_);
      if (!opened) return opened.error();
      if (auto set = query(opened->get(), campaign_session); !set) return set.error();
      connection_ = std::move(*opened);
    }
    for (;;) {
      const auto found = query(connection_.get(), open_campaigns);
      if (!found) return found.error();
      const int count = PQntuples(found->get());
      if (count == 0) return done{};
      for (int row = 0; row < count; ++row) {
        if (is_stopped()) return done{};
        const auto id = parse_uuid(PQgetvalue(found->get(), row, 0));
        auto portion =
            write_portion(connection_.get(), campaign_id{id.value_or(uuid{})}, secret_, link_valid_);
        if (!portion) return portion.error();
        if (hooks_.changed) hooks_.changed(portion->changed);
        if (hooks_.on_mail && portion->wrote) hooks_.on_mail();
      }
    }
  }

  void tell(const std::string& why) {
    if (!failing_ && hooks_.log) hooks_.log(why);
    failing_ = true;
  }

  bool is_stopped() {
    const std::lock_guard lock{mutex_};
    return stopped_;
  }

  // True when it is time to end.
  bool wait(std::chrono::milliseconds time, bool for_work) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, time, [&] { return stopped_ || (for_work && woken_); });
    woken_ = false;
    return stopped_;
  }

  std::string url_;
  std::chrono::milliseconds link_valid_;
  const server_secret& secret_;
  campaign_hooks hooks_;
  blocking_connection connection_;
  bool failing_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopped_ = false;
  std::thread thread_; // last: it uses all of the above
};

} // namespace

std::unique_ptr<campaign_queue> start_campaign_queue(std::string database_url,
                                                     const config::settings& settings,
                                                     const server_secret& secret, campaign_hooks hooks) {
  return std::make_unique<thread_of_its_own>(std::move(database_url), settings, secret, std::move(hooks));
}

} // namespace foyer::storage
