#include "bench/machine.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace foyer::bench {

namespace {

std::string cpu_model() {
  std::ifstream file{"/proc/cpuinfo"};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(std::min(line.find(": ") + 2, line.size()));
  return "unknown";
}

} // namespace

unsigned int available_cores() {
  return static_cast<unsigned int>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
}

machine this_machine() {
  machine out;
  out.cores = available_cores();
  out.cpu_model = cpu_model();
  utsname system{};
  if (uname(&system) == 0) out.kernel = std::string{system.sysname} + " " + system.release;
  std::array<char, 32> text{};
  struct sysinfo memory {};
  if (sysinfo(&memory) == 0) {
    const auto bytes = static_cast<double>(memory.totalram) * memory.mem_unit;
    std::snprintf(text.data(), text.size(), "%.1f GiB", bytes / (1024.0 * 1024 * 1024));
    out.memory = text.data();
  }
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::strftime(text.data(), text.size(), "%F", &utc);
  out.date = text.data();
  return out;
}

} // namespace foyer::bench
