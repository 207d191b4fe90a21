#pragma once

#include "bench/options.hpp"
#include "bench/report.hpp"

#include <atomic>

namespace foyer::bench {

// Prepares, measures and checks what the options ask for, telling on standard error what is going on. Ends
// early when `stop` becomes true. Wrong answers and a failed audit are `problems` of the report; throws
// failure when there is nothing to report.
report run(const options& wanted, const std::atomic<bool>& stop);

} // namespace foyer::bench
