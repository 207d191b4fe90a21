#pragma once

#include "bench/load.hpp"
#include "bench/progress.hpp"
#include "bench/report.hpp"
#include "bench/watcher.hpp"

#include <atomic>
#include <string>

namespace foyer::bench {

// One measured run, shown while it goes on and summed up in a line at its end.
server_run measure(const load_plan& plan, const watched& processes, const std::string& label, progress& show,
                   const std::atomic<bool>& stop);

// "what 1/3"; repeat counts from 0.
std::string numbered(const char* what, std::size_t repeat, std::size_t repeats);

// The line that sums up; `of` names which latency it is.
void say_speed(progress& show, const std::string& label, double per_second, double latency_ms,
               const char* of);

} // namespace foyer::bench
