#include "bench/measure.hpp"

#include "bench/cpu_look.hpp"

#include <cstdio>

namespace foyer::bench {

server_run measure(const load_plan& plan, const watched& processes, const std::string& label, progress& show,
                   const std::atomic<bool>& stop) {
  cpu_look before, after;
  const auto look = [&] { return look_at_cpu(processes.server, processes.postmaster); };
  load_hooks hooks;
  hooks.progress = [&](const load_progress& now) { show.live(label, now); };
  hooks.measuring_starts = [&] { before = look(); };
  hooks.measuring_ends = [&] { after = look(); };

  server_run out;
  watcher beside{processes};
  out.load = run_load(plan, hooks, stop);
  out.watch = beside.finish(out.load.measuring_since);
  out.others_share = share_of_others(before, after);
  const auto requests = static_cast<double>(out.load.succeeded);
  if (requests > 0) {
    if (before.server && after.server)
      out.server_us = static_cast<double>(*after.server - *before.server) / requests;
    if (before.postgres && after.postgres)
      out.postgres_us = static_cast<double>(*after.postgres - *before.postgres) / requests;
    out.generator_us = static_cast<double>(after.generator - before.generator) / requests;
  }
  say_speed(show, label, out.load.per_second(), static_cast<double>(out.load.latency.quantile_ns(0.99)) / 1e6,
            "p99");
  return out;
}

std::string numbered(const char* what, std::size_t repeat, std::size_t repeats) {
  return std::string{what} + " " + std::to_string(repeat + 1) + "/" + std::to_string(repeats);
}

void say_speed(progress& show, const std::string& label, double per_second, double latency_ms,
               const char* of) {
  char text[160];
  std::snprintf(text, sizeof text, "%-22s %8.0f /s   %s %.2f ms", label.c_str(), per_second, of, latency_ms);
  show.say(text);
}

} // namespace foyer::bench
