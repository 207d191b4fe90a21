#pragma once

#include <filesystem>
#include <string>

namespace foyer::bench {

// What figures can't be read without.
struct machine {
  unsigned int cores = 0; // that this process may use
  std::string cpu_model;
  std::string kernel;
  std::string memory; // such as "23.4 GiB"
  std::string date;   // UTC, YYYY-MM-DD
};

machine this_machine();

} // namespace foyer::bench
