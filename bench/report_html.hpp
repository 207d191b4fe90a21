#pragma once

#include "bench/report.hpp"

#include <string>

namespace foyer::bench {

// The report as one HTML page with its style and charts inside: it loads nothing, and needs no scripts.
std::string to_html(const report& of);

} // namespace foyer::bench
