#pragma once

#include "bench/report.hpp"

#include <string>

namespace foyer::bench {

// The charts of a report, each a <figure>; those without anything to show are left out.
std::string plots_of(const report& of);

} // namespace foyer::bench
