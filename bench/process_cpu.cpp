#include "bench/process_cpu.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace foyer::bench {

namespace {

std::int64_t microseconds_of_ticks(std::uint64_t ticks) {
  static const auto ticks_per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  return static_cast<std::int64_t>(ticks * 1'000'000 / ticks_per_second);
}

std::optional<process_stat> read_process_stat(const std::string& process) {
  std::ifstream file{"/proc/" + process + "/stat"};
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return parse_process_stat(line);
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

} // namespace

std::optional<process_stat> parse_process_stat(std::string_view line) {
  // The second field is the name in brackets and may hold anything, so counting starts after the last
  // bracket.
  const auto name_end = line.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  line.remove_prefix(name_end + 1);
  // From here on: field 3 is the state, 4 the parent, 14 to 17 utime, stime, cutime, cstime.
  constexpr int field_parent = 4, field_utime = 14, field_cstime = 17;
  std::array<std::uint64_t, 4> times{};
  process_stat stat;
  int field = 2;
  while (field < field_cstime) {
    const auto start = line.find_first_not_of(' ');
    if (start == std::string_view::npos) return std::nullopt;
    line.remove_prefix(start);
    const auto size = std::min(line.find(' '), line.size());
    const auto text = line.substr(0, size);
    line.remove_prefix(size);
    ++field;
    if (field == field_parent) {
      if (std::from_chars(text.data(), text.data() + text.size(), stat.parent).ec != std::errc{})
        return std::nullopt;
    } else if (field >= field_utime) {
      auto& value = times[static_cast<std::size_t>(field - field_utime)];
      if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{})
        return std::nullopt;
    }
  }
  stat.own_ticks = times[0] + times[1];
  stat.children_ticks = times[2] + times[3];
  return stat;
}

std::optional<std::int64_t> process_cpu_us(pid_t process) {
  const auto stat = read_process_stat(std::to_string(process));
  if (!stat) return std::nullopt;
  return microseconds_of_ticks(stat->own_ticks);
}

std::optional<std::int64_t> postgres_cpu_us(pid_t postmaster) {
  const auto root = read_process_stat(std::to_string(postmaster));
  if (!root) return std::nullopt;
  std::uint64_t ticks = root->own_ticks + root->children_ticks;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc", error}) {
    const auto name = entry.path().filename().string();
    if (!is_number(name)) continue;
    const auto stat = read_process_stat(name);
    if (stat && stat->parent == postmaster) ticks += stat->own_ticks;
  }
  return microseconds_of_ticks(ticks);
}

std::optional<std::int64_t> machine_busy_us() {
  // proc(5): user, nice, system, idle, iowait, irq, softirq, steal; guests are counted in user already.
  std::ifstream file{"/proc/stat"};
  std::string label;
  std::array<std::uint64_t, 8> ticks{};
  file >> label;
  for (auto& value : ticks) file >> value;
  if (!file || label != "cpu") return std::nullopt;
  return microseconds_of_ticks(ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7]);
}

std::int64_t own_cpu_us() {
  std::int64_t sum = 0;
  for (const auto whose : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(whose, &usage);
    for (const auto& time : {usage.ru_utime, usage.ru_stime})
      sum += std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
  }
  return sum;
}

} // namespace foyer::bench
