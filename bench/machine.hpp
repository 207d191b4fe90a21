#pragma once

#include <filesystem>
#include <string>

namespace foyer::bench {

// What figures can't be read without.
struct machine {
  unsigned int cores = 0;
  std::string cpu_model;
  std::string kernel;
  std::string memory; // such as "23.4 GiB"
  std::string date;   // UTC, YYYY-MM-DD
};

machine this_machine();

// Processors of the machine; the share that others take is of all of them.
unsigned int available_cores();

} // namespace foyer::bench
