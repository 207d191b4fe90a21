#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <sys/types.h>

namespace foyer::bench {

// What one line of /proc/<pid>/stat says, times in clock ticks (sysconf(_SC_CLK_TCK) a second, mostly 100).
struct process_stat {
  pid_t parent = 0;
  std::uint64_t own_ticks = 0;      // user + system of all its threads, ended ones too
  std::uint64_t children_ticks = 0; // user + system of children that ended and were waited for
};

// Reads such a line (proc(5)); the program's name in it may hold blanks and brackets. nullopt: not one.
std::optional<process_stat> parse_process_stat(std::string_view line);

// CPU time (user + system) of a process with all its threads, in microseconds; nullopt when there is no such
// process. Resolution: one clock tick, 10 ms.
std::optional<std::int64_t> process_cpu_us(pid_t process);

// CPU time of a PostgreSQL cluster in microseconds: the postmaster, its children, and those that ended
// before. nullopt when there is no such process.
std::optional<std::int64_t> postgres_cpu_us(pid_t postmaster);

// CPU time in microseconds of this process and of the children that it has waited for.
std::int64_t own_cpu_us();

// CPU time that all processors together spent on anything, in microseconds, the time that the host took away
// included; nullopt when the kernel does not tell.
std::optional<std::int64_t> machine_busy_us();

} // namespace foyer::bench
