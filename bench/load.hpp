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

// Requests that follow one another by one rule.
struct load_stream {
  std::string name;
  std::vector<request_shape> shapes; // taken in turn
  std::vector<caller> callers;       // taken in turn
  std::size_t connections = 64;
  // 0: closed loop, each connection sends its next request when the last was answered. More: open loop, so
  // many requests a second are due at even distances, whatever the server does, and a request's latency
  // counts from when it was due, not from when a connection was free to send it: a server that stalls can't
  // hide the requests that it kept from being sent (coordinated omission).
  double rate = 0;
  // Ends after so many requests, if the time is not over before; 0: never. When all streams have ended, the
  // load has.
  std::uint64_t requests_max = 0;
  // Runs beside what is measured: counted by kind and in its own timeline only.
  bool background = false;
};

// What to send, to whom, how long.
struct load_plan {
  std::string host; // numeric address or name
  std::uint16_t port = 0;
  std::vector<load_stream> streams;
  std::chrono::nanoseconds warm_up{};
  std::chrono::nanoseconds duration{};
  std::uint64_t key_high = 0; // distinguishes this run's idempotency keys from those of every other run
};

// What happened within half a second or so.
struct load_sample {
  double at_s = 0; // its end, from the start of the measured time; negative: warm-up
  double per_second = 0;
  std::int64_t p50_ns = 0;
  std::int64_t p99_ns = 0;
  std::uint64_t failed = 0;
};

struct load_timeline {
  std::string stream;
  std::vector<load_sample> samples;
};

// The answers of one kind of request, within the measured time.
struct kind_result {
  std::string stream;
  std::string kind;
  bool background = false;
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;           // any other status
  std::uint64_t succeeded_in_all = 0; // from the first request to the last
  histogram latency;
};

// What came back within the measured time; requests of the warm-up are in `…_in_all` only.
struct load_result {
  std::uint64_t succeeded = 0;                   // 2xx
  std::map<int, std::uint64_t> errors_by_status; // other statuses; of background streams too
  std::uint64_t connection_errors = 0;           // refused, closed or unreadable
  std::uint64_t timeouts = 0;
  std::uint64_t succeeded_in_all = 0; // 2xx from the first request to the last
  // Requests without any answer, from the first to the last: nobody knows whether they took effect.
  std::uint64_t unknown_in_all = 0;
  std::string first_error; // status and start of body, or what the connection reported
  std::string first_lost;  // what the first connection that was lost reported
  std::map<int, std::string> first_body_by_status; // the start, of statuses other than 2xx
  // It ended before its time, because connections were lost for seconds and nothing at all was answered.
  bool gave_up = false;
  // Of the 2xx. Closed loop: from writing the request to the last byte of the answer. Open loop: from when it
  // was due, for every request that was due within the measured time, also when the answer came later; those
  // that were never sent count with the time that they had waited at the end.
  histogram latency;
  // Open loop: the same from writing the request, for comparison; without those who came again too early.
  histogram service;
  histogram refused;                      // of 503, from writing the request
  histogram refused_too_early;            // the same of clients that did not wait for Retry-After
  std::uint64_t refused_without_hint = 0; // 503 without Retry-After
  std::uint64_t unsent = 0; // open loop: due within the measured time, but no connection was free
  std::vector<kind_result> kinds;
  std::vector<load_timeline> timelines; // one for each stream
  std::chrono::steady_clock::time_point measuring_since;
  std::chrono::nanoseconds measured{};
  bool interrupted = false;

  std::uint64_t failed() const;
  double per_second() const; // 2xx
  const kind_result* kind(std::string_view name) const;
};

// Called about once a second with what came since the last call, background streams left out.
struct load_progress {
  std::chrono::nanoseconds since_start{};
  bool warming_up = false;
  double per_second = 0;
  std::int64_t p99_ns = 0;
  std::uint64_t failed = 0; // since the start
};

struct load_hooks {
  std::function<void(const load_progress&)> progress;
  std::function<void()> measuring_starts; // after the warm-up
  std::function<void()> measuring_ends;   // before the requests in flight are awaited
};

// Drives a server. Connections are opened again when they are closed. Blocks the calling thread, which alone
// does the work. Ends early when `stop` becomes true. Throws failure when the server can't be reached at all.
load_result run_load(const load_plan& plan, const load_hooks& hooks, const std::atomic<bool>& stop);

} // namespace foyer::bench
