#include "bench/machine.hpp"

#include <sched.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>

namespace foyer::bench {

namespace {

std::string cpu_model() {
  std::ifstream file{"/proc/cpuinfo"};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(std::min(line.find(": ") + 2, line.size()));
  return "unknown";
}

} // namespace

machine this_machine() {
  machine out;
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) out.cores = static_cast<unsigned int>(CPU_COUNT(&allowed));
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
