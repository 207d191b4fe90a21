#pragma once

#include "bench/load.hpp"

#include <string>

namespace foyer::bench {

// Lines about what is going on, on standard error; on a terminal the live ones overwrite each other.
class progress {
public:
  progress();
  // A line that stays.
  void say(const std::string& text);
  // A line that the next one may replace.
  void live(const std::string& text);
  // Throughput and p99 of the last second.
  void live(const std::string& what, const load_progress& now);

private:
  bool terminal_;
  bool line_open_ = false;
};

} // namespace foyer::bench
