#pragma once

#include "bench/report.hpp"

#include <string>

namespace foyer::bench {

// Orders a second of a rush beside those of pgbench, as one SVG for a page that may be light or dark. Empty
// when the report has not both.
std::string rush_plot(const report& of);

} // namespace foyer::bench
