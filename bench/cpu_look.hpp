#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <sys/types.h>

namespace foyer::bench {

// How much CPU time everything had used at one moment, in microseconds; what can't be seen is none.
struct cpu_look {
  std::chrono::steady_clock::time_point at;
  std::optional<std::int64_t> server;
  std::optional<std::int64_t> postgres;
  std::optional<std::int64_t> machine;
  std::int64_t generator = 0; // this process, and the commands that it ran to their end
};

// server, postmaster: 0 for none.
cpu_look look_at_cpu(pid_t server, pid_t postmaster);

// The part of the machine, 0 to 1, that neither server nor PostgreSQL nor this program took between two
// moments. None unless all of them can be seen.
std::optional<double> share_of_others(const cpu_look& before, const cpu_look& after);

} // namespace foyer::bench
