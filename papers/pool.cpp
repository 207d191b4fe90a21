#include "papers/pool.hpp"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace foyer::papers {
namespace {

constexpr int niceness = 10;

class threads final : public pool {
public:
  explicit threads(const pool_options& options) : options_(options) {
    for (std::size_t i = 0; i < options.threads; ++i) threads_.emplace_back([this] { work(); });
  }
  threads(const threads&) = delete;
  threads& operator=(const threads&) = delete;
  ~threads() override {
    {
      const std::lock_guard lock{mutex_};
      ending_ = true;
      waiting_.clear(); // their replies say unavailable
    }
    wake_.notify_all();
    for (auto& each : threads_) each.join();
  }

  // One that finds no place dies here, and its reply says unavailable.
  void make(job what, reply<std::string> back) override {
    {
      const std::lock_guard lock{mutex_};
      if (ending_ || waiting_.size() >= options_.queue_max) return;
      waiting_.emplace_back(std::move(what), std::move(back));
    }
    wake_.notify_one();
  }

private:
  void work() {
    setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), niceness);
    while (true) {
      std::pair<job, reply<std::string>> next;
      {
        std::unique_lock lock{mutex_};
        wake_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
        if (ending_) return;
        next = std::move(waiting_.front());
        waiting_.pop_front();
      }
      try {
        next.second(next.first());
      } catch (const std::exception& wrong) {
        spdlog::error("a document could not be made: {}", wrong.what());
        next.second(errc::internal);
      } catch (...) { // else it would end the process
        spdlog::error("a document could not be made");
        next.second(errc::internal);
      }
    }
  }

  pool_options options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::pair<job, reply<std::string>>> waiting_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

} // namespace

std::unique_ptr<pool> create_pool(const pool_options& options) {
  return std::make_unique<threads>(options);
}

} // namespace foyer::papers
