#pragma once

#include "bench/histogram.hpp"
#include "bench/request.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace foyer::bench {

// What to send, to whom, how long.
struct load_plan {
  std::string host; // numeric address or name
  std::uint16_t port = 0;
  std::vector<request_shape> shapes; // taken in turn
  std::vector<std::string> tokens;   // taken in turn
  std::size_t connections = 64;
  std::chrono::nanoseconds warm_up{};
  std::chrono::nanoseconds duration{};
  std::uint64_t key_high = 0; // distinguishes this run's idempotency keys from those of every other run
};

// What came back within the measured time; requests of the warm-up are in `answered_in_all` only.
struct load_result {
  std::uint64_t succeeded = 0;                   // 2xx
  std::map<int, std::uint64_t> errors_by_status; // other statuses
  std::uint64_t connection_errors = 0;           // refused, closed or unreadable
  std::uint64_t timeouts = 0;
  std::uint64_t succeeded_in_all = 0; // 2xx from the first request to the last
  // Requests without any answer, from the first to the last: nobody knows whether they took effect.
  std::uint64_t unknown_in_all = 0;
  std::string first_error; // status and start of body, or what the connection reported
  histogram latency;       // of the 2xx, from writing the request to the last byte of the answer
  std::chrono::nanoseconds measured{};
  bool interrupted = false;

  std::uint64_t failed() const;
  double per_second() const; // 2xx
};

// Called about once a second with what came since the last call.
struct load_progress {
  std::chrono::nanoseconds since_start{};
  bool warming_up = false;
  double per_second = 0;
  std::int64_t p99_ns = 0;
  std::uint64_t failed = 0; // since the start of the measured time
};

struct load_hooks {
  std::function<void(const load_progress&)> progress;
  std::function<void()> measuring_starts; // after the warm-up
  std::function<void()> measuring_ends;   // before the requests in flight are awaited
};

// Drives a server in a closed loop: each connection sends its next request when the last was answered, and
// reconnects when it is closed. Blocks the calling thread, which alone does the work. Ends early when `stop`
// becomes true. Throws failure when the server can't be reached at all.
load_result run_load(const load_plan& plan, const load_hooks& hooks, const std::atomic<bool>& stop);

} // namespace foyer::bench
