#pragma once

#include "bench/cpu_look.hpp"
#include "bench/options.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <thread>
#include <vector>

namespace foyer::bench {

// Whom a run looks at; 0 and none for what is not there.
struct watched {
  pid_t server = 0;
  pid_t postmaster = 0;
  std::optional<server_address> metrics; // where the server answers GET /metrics
};

// What was seen between two looks, half a second or so. None: could not be seen.
struct watch_sample {
  double at_s = 0; // its end, from the start of the measured time; negative: warm-up
  // Processors in use; 2 is two whole ones.
  std::optional<double> server_cores;
  std::optional<double> postgres_cores;
  std::optional<double> generator_cores;
  // Of the journal: commits in one transaction, and transactions a second.
  std::optional<double> batch_size;
  std::optional<double> batches_per_second;
};

// Looks on a thread of its own, so that the load never waits for it.
class watcher {
public:
  explicit watcher(watched who);
  watcher(const watcher&) = delete;
  watcher& operator=(const watcher&) = delete;
  ~watcher();

  // Ends it. `zero`: when the measured time began.
  std::vector<watch_sample> finish(std::chrono::steady_clock::time_point zero);

private:
  struct look {
    cpu_look cpu;
    std::optional<double> batches;
    std::optional<double> commits;
  };

  void run();
  void look_once();
  void stop();

  watched who_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::vector<look> looks_; // of the thread until it ended
  std::thread thread_;
};

// The value of a metric without labels in the text that GET /metrics answers (Prometheus text format).
std::optional<double> metric_value(std::string_view text, std::string_view name);

} // namespace foyer::bench
