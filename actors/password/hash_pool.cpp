#include "actors/password/hash_pool.hpp"

#include "actors/vocabulary/text.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace foyer::password {
namespace {

// The threads that serve go first: a storm of logins waits, it does not slow the readers down.
constexpr int niceness = 10;

class pool final : public hash_pool {
public:
  explicit pool(const pool_options& options) : options_(options) {
    // All but one of the cores: what a storm of logins leaves free keeps the others quick (README, "Speed").
    const auto cores = std::thread::hardware_concurrency();
    const auto count = options.threads > 0 ? options.threads : std::max(2U, cores) - 1;
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
  }

  pool(const pool&) = delete;
  pool& operator=(const pool&) = delete;

  ~pool() override {
    {
      const std::lock_guard lock{mutex_};
      ending_ = true;
      jobs_.clear(); // their replies say unavailable
    }
    wake_.notify_all();
    for (auto& each : threads_) each.join();
  }

  void hash(std::string password, reply<std::string> back) override {
    enqueue([with = options_.with, password = std::move(password), back] {
      auto made = password::hash(nfc(password), with);
      if (made)
        back(std::move(*made));
      else
        back(errc::unavailable);
    });
  }

  void verify(std::string password, std::string stored, reply<verdict> back) override {
    enqueue([this, password = std::move(password), stored = std::move(stored), back] {
      const auto text = nfc(password);
      verdict said;
      const auto parameters = parameters_of(stored);
      if (!parameters) {
        (void)password::hash(text, options_.with); // the same cost, whether there is an account or not
        return back(std::move(said));
      }
      said.matches = matches(text, stored);
      if (said.matches && *parameters != options_.with) said.rehashed = password::hash(text, options_.with);
      back(std::move(said));
    });
  }

  [[nodiscard]] std::size_t waiting() const override {
    const std::lock_guard lock{mutex_};
    return jobs_.size();
  }

private:
  // A job that finds no place dies here, and its reply says unavailable.
  void enqueue(std::function<void()> job) {
    {
      const std::lock_guard lock{mutex_};
      if (ending_ || jobs_.size() >= options_.queue_max) return;
      jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
  }

  void work() {
    setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), niceness);
    while (true) {
      std::function<void()> job;
      {
        std::unique_lock lock{mutex_};
        wake_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
        if (ending_) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
    }
  }

  pool_options options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

} // namespace

std::unique_ptr<hash_pool> create_hash_pool(const pool_options& options) {
  return std::make_unique<pool>(options);
}

} // namespace foyer::password
