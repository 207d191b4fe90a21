#include "bench/cpu_look.hpp"

#include "bench/machine.hpp"
#include "bench/process_cpu.hpp"

#include <algorithm>

namespace foyer::bench {

cpu_look look_at_cpu(pid_t server, pid_t postmaster) {
  cpu_look out;
  out.at = std::chrono::steady_clock::now();
  if (server > 0) out.server = process_cpu_us(server);
  if (postmaster > 0) out.postgres = postgres_cpu_us(postmaster);
  out.machine = machine_busy_us();
  out.generator = own_cpu_us();
  return out;
}

std::optional<double> share_of_others(const cpu_look& before, const cpu_look& after) {
  if (!before.server || !after.server || !before.postgres || !after.postgres || !before.machine ||
      !after.machine)
    return std::nullopt;
  const auto ours = (*after.server - *before.server) + (*after.postgres - *before.postgres) +
                    (after.generator - before.generator);
  const auto others = static_cast<double>(*after.machine - *before.machine - ours);
  const auto all =
      std::chrono::duration<double, std::micro>(after.at - before.at).count() * available_cores();
  if (all <= 0) return std::nullopt;
  return std::clamp(others / all, 0.0, 1.0);
}

} // namespace foyer::bench
