#pragma once

#include "bench/report.hpp"

#include <string>

namespace foyer::bench {

// Parts of the HTML report; each empty where there is nothing to say.

// What was done, with what and where: enough for somebody else to repeat it.
std::string setup_section(const report& of);
// Whether what was measured is also right: the audit or what was checked over HTTP, what was not, and
// failures.
std::string correctness_section(const report& of);
// Percentiles of all repeats together, of whatever has a distribution.
std::string percentiles_section(const report& of);
std::string kinds_section(const report& of);
std::string errors_section(const report& of);
std::string repeats_section(const report& of);

// A whole number in HTML, with blanks between thousands that no line breaks at.
std::string whole(double value);

// What a scenario's requests are, in a sentence.
std::string_view meaning_of(scenario which);

} // namespace foyer::bench
