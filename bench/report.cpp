#include "bench/report.hpp"

#include <algorithm>
#include <cstdio>
#include <ostream>

namespace foyer::bench {

namespace {

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[256];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

std::string milliseconds(std::int64_t ns) {
  return format("%.2f ms", static_cast<double>(ns) / 1e6);
}

void row(std::ostream& to, const char* label, const std::string& value) {
  to << "  " << format("%-22s", label) << value << '\n';
}

std::vector<double> speeds(const std::vector<server_run>& runs) {
  std::vector<double> out;
  for (const auto& run : runs) out.push_back(run.load.per_second());
  return out;
}

std::vector<double> speeds(const std::vector<pgbench_run>& runs) {
  std::vector<double> out;
  for (const auto& run : runs) out.push_back(run.summary.per_second);
  return out;
}

std::string with_spread(const std::vector<double>& values) {
  if (values.empty()) return "-";
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return format("%.0f /s   (%.0f to %.0f in %zu repeats)", median(values), *low, *high, values.size());
}

template <class Figure>
void cpu_row(std::ostream& to, const std::vector<server_run>& runs, const char* label, Figure figure) {
  std::vector<double> values;
  for (const auto& run : runs)
    if (const std::optional<double> value = figure(run)) values.push_back(*value);
  if (!values.empty()) row(to, label, format("%.1f us per request", median(values)));
}

void print_errors(std::ostream& to, const report& of) {
  std::map<int, std::uint64_t> by_status;
  std::uint64_t connections = 0, timeouts = 0;
  std::string first;
  for (const auto& run : of.server) {
    for (const auto& [status, count] : run.load.errors_by_status) by_status[status] += count;
    connections += run.load.connection_errors;
    timeouts += run.load.timeouts;
    if (first.empty()) first = run.load.first_error;
  }
  if (by_status.empty() && connections == 0 && timeouts == 0) return row(to, "errors", "none");
  std::string text;
  for (const auto& [status, count] : by_status)
    text += format("%d: %llu  ", status, static_cast<unsigned long long>(count));
  if (connections > 0) text += format("connection: %llu  ", static_cast<unsigned long long>(connections));
  if (timeouts > 0) text += format("timeout: %llu", static_cast<unsigned long long>(timeouts));
  row(to, "errors", text);
  row(to, "first error", first.substr(0, 400));
}

// What an open loop knows beyond the latency from when a request was due.
void print_open_loop(std::ostream& to, const report& of) {
  histogram service;
  std::uint64_t unsent = 0;
  for (const auto& run : of.server) {
    service.merge(run.load.service);
    unsent += run.load.unsent;
  }
  // Where the server is far behind, nothing that was due in the measured time was sent in it.
  if (service.count() > 0)
    row(to, "p99 once sent",
        milliseconds(service.quantile_ns(0.99)) + "   (not what a user sees: without the wait)");
  if (unsent > 0)
    row(to, "never sent",
        format("%llu: the server can't keep up with this rate on so many connections",
               static_cast<unsigned long long>(unsent)));
}

template <class Runs>
void print_others(std::ostream& to, const Runs& runs) {
  std::optional<double> most;
  for (const auto& run : runs)
    if (run.others_share) most = std::max(most.value_or(0), *run.others_share);
  if (!most) return;
  const char* warning = *most > quiet_share ? ": NOT QUIET, these figures mean little" : "";
  row(to, "other processes", format("at most %.0f %% of the machine%s", *most * 100, warning));
}

void print_pgbench(std::ostream& to, const report& of) {
  to << "\npgbench, the same work as one transaction of plain statements\n";
  row(to, "throughput", with_spread(speeds(of.pgbench)));
  row(to, "clients", format("%zu, the best of those tried", of.pgbench[0].clients));
  std::string tried;
  for (const auto& run : of.calibration) tried += format("%zu: %.0f  ", run.clients, run.summary.per_second);
  row(to, "tried", tried);
  std::vector<double> cpu, latencies;
  for (const auto& run : of.pgbench) {
    cpu.push_back(run.postgres_us_per_transaction);
    latencies.push_back(run.summary.latency_mean_ms);
  }
  row(to, "mean latency", format("%.2f ms", median(latencies)));
  row(to, "CPU of PostgreSQL", format("%.1f us per transaction", median(cpu)));
  print_others(to, of.pgbench);
  if (const auto ratio = of.ratio())
    to << "\nratio                   " << format("%.2f x pgbench", *ratio) << '\n';
}

void print_bare(std::ostream& to, const report& of) {
  to << "\nbare Beast handler, the same bytes\n";
  row(to, "throughput", with_spread(speeds(of.bare)));
  cpu_row(to, of.bare, "CPU of handler", [](const server_run& run) { return run.server_us; });
  print_others(to, of.bare);
  if (const auto ratio = of.bare_ratio())
    to << "\nCPU per request         " << format("%.2f x bare handler", *ratio) << '\n';
}

void print_campaigns(std::ostream& to, const report& of) {
  std::vector<double> queued;
  for (const auto& each : of.campaigns) queued.push_back(each.queued_s);
  const auto [low, high] = std::minmax_element(queued.begin(), queued.end());
  row(to, "queued after",
      format("%.2f s   (%.2f to %.2f in %zu repeats)", median(queued), *low, *high, queued.size()));
}

// The median of each repeat's own ratio.
std::optional<double> speed_ratio(const std::vector<server_run>& of, const std::vector<server_run>& to) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(of.size(), to.size()); ++i)
    if (to[i].load.per_second() > 0) ratios.push_back(of[i].load.per_second() / to[i].load.per_second());
  if (ratios.empty()) return std::nullopt;
  return median(ratios);
}

void print_beside(std::ostream& to, const char* title, const std::vector<server_run>& runs) {
  to << '\n' << title << '\n';
  row(to, "throughput", with_spread(speeds(runs)));
  histogram all;
  for (const auto& run : runs) all.merge(run.load.latency);
  row(to, "p50, p99", milliseconds(all.quantile_ns(0.5)) + ", " + milliseconds(all.quantile_ns(0.99)));
  cpu_row(to, runs, "CPU of server", [](const server_run& run) { return run.server_us; });
  cpu_row(to, runs, "CPU of PostgreSQL", [](const server_run& run) { return run.postgres_us; });
  print_others(to, runs);
}

void print_scale(std::ostream& to, const report& of) {
  print_beside(to, "1,000 households", of.small);
  print_beside(to, "buyers whom the server has not seen since it started", of.first);
  print_beside(to, "buyers who were here before the sale", of.visited);
  to << "\nof the rush on 1,000 households, orders a second and CPU an order\n";
  const auto compared = [&](const char* label, const std::vector<server_run>& runs,
                            const std::optional<double>& speed) {
    const auto cpu = cpu_ratio(runs, of.small);
    if (speed) row(to, label, format("%.2f x, %.2f x", *speed, cpu.value_or(0)));
  };
  compared("first orders", of.first, of.first_ratio());
  compared("returning buyers", of.server, of.scale_ratio());
  compared("seen before the sale", of.visited, of.visited_ratio());
}

void print_overload(std::ostream& to, const report& of) {
  histogram accepted, refused, too_early;
  std::uint64_t without = 0;
  for (const auto& run : of.server) {
    accepted.merge(run.load.service);
    refused.merge(run.load.refused);
    too_early.merge(run.load.refused_too_early);
    without += run.load.refused_without_hint;
  }
  to << "\noverload\n";
  row(to, "accepted, once sent",
      "p50 " + milliseconds(accepted.quantile_ns(0.5)) + ", p99 " + milliseconds(accepted.quantile_ns(0.99)));
  const auto refusals = [&](const char* label, const histogram& of_these) {
    row(to, label,
        format("%llu, p50 ", static_cast<unsigned long long>(of_these.count())) +
            milliseconds(of_these.quantile_ns(0.5)) + ", p99 " + milliseconds(of_these.quantile_ns(0.99)));
  };
  refusals("refused with 503", refused);
  refusals("refused, came too early", too_early);
  if (without > 0) row(to, "without Retry-After", format("%llu", static_cast<unsigned long long>(without)));
  print_beside(to, "the peak, on 64 connections", of.peak);
  if (const auto ratio = of.overload_ratio())
    to << "\naccepted                " << format("%.2f x the peak", *ratio) << '\n';
}

void print_memory(std::ostream& to, const memory_figures& of) {
  const auto mib = [](std::size_t bytes) {
    return format("%.1f MiB", static_cast<double>(bytes) / (1024.0 * 1024));
  };
  to << "\nresident memory of the server\n";
  row(to, "when ready", mib(of.ready));
  row(to, format("%zu in use", of.first_households).c_str(), mib(of.first));
  row(to, format("%zu in use", of.households).c_str(), mib(of.in_use));
  row(to, "each", format("%.1f KiB for household, wallet, account and session", of.per_household() / 1024));
}

void print_start(std::ostream& to, const std::vector<double>& ready_ms) {
  const auto [low, high] = std::minmax_element(ready_ms.begin(), ready_ms.end());
  to << "\nfrom the program's start until it is ready, PostgreSQL already running\n";
  row(to, "median",
      format("%.0f ms   (%.0f to %.0f in %zu starts)", median(ready_ms), *low, *high, ready_ms.size()));
}

void print_kinds(std::ostream& to, const report& of) {
  to << "\nby kind                  answers        p50        p99        max\n";
  for (const auto& each : of.kinds())
    row(to, each.kind.c_str(),
        format("%10llu %10s %10s %10s", static_cast<unsigned long long>(each.succeeded),
               milliseconds(each.latency.quantile_ns(0.5)).c_str(),
               milliseconds(each.latency.quantile_ns(0.99)).c_str(),
               milliseconds(each.latency.max_ns()).c_str()));
}

void print_server(std::ostream& to, const report& of) {
  to << "\nserver\n";
  std::uint64_t succeeded = 0;
  for (const auto& run : of.server) succeeded += run.load.succeeded;
  if (!of.campaigns.empty()) print_campaigns(to, of);
  row(to, of.campaigns.empty() ? "throughput" : "mails", with_spread(speeds(of.server)));
  row(to, of.campaigns.empty() ? "requests answered" : "mails received",
      format("%llu", static_cast<unsigned long long>(succeeded)));
  print_errors(to, of);
  const auto latency = of.latency();
  row(to, "p50", milliseconds(latency.quantile_ns(0.5)));
  row(to, "p90", milliseconds(latency.quantile_ns(0.9)));
  row(to, "p99", milliseconds(latency.quantile_ns(0.99)));
  row(to, "p99.9", milliseconds(latency.quantile_ns(0.999)));
  row(to, "max", milliseconds(latency.max_ns()));
  if (of.wanted.rate > 0) print_open_loop(to, of);
  cpu_row(to, of.server, "CPU of server", [](const server_run& run) { return run.server_us; });
  cpu_row(to, of.server, "CPU of PostgreSQL", [](const server_run& run) { return run.postgres_us; });
  cpu_row(to, of.server, "CPU of this generator",
          [](const server_run& run) { return std::optional{run.generator_us}; });

  print_others(to, of.server);
  if (!of.server.empty() && of.server[0].load.kinds.size() > 1) print_kinds(to, of);
  if (const auto ratio = of.readers_ratio())
    to << "\nreaders' p99            " << format("%.2f x theirs without the storm", *ratio) << '\n';
}

} // namespace

const char* name_of(audit_outcome outcome) {
  switch (outcome) {
  case audit_outcome::not_run: return "not run";
  case audit_outcome::unavailable: return "this foyer has none";
  case audit_outcome::clean: return "clean";
  case audit_outcome::violations: return "VIOLATIONS";
  case audit_outcome::failed: return "COULD NOT CHECK";
  }
  return "";
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

histogram report::latency() const {
  histogram all;
  for (const auto& run : server) all.merge(run.load.latency);
  return all;
}

std::vector<kind_result> report::kinds() const {
  // Each repeat has its own order of requests, and so of kinds.
  std::vector<kind_result> all;
  for (const auto& run : server)
    for (const auto& each : run.load.kinds) {
      const auto known = std::find_if(all.begin(), all.end(), [&](const kind_result& one) {
        return one.stream == each.stream && one.kind == each.kind;
      });
      if (known == all.end()) {
        all.push_back(each);
        continue;
      }
      known->succeeded += each.succeeded;
      known->failed += each.failed;
      known->latency.merge(each.latency);
    }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.succeeded > b.succeeded; });
  return all;
}

double report::server_per_second() const {
  return median(speeds(server));
}

std::optional<double> report::pgbench_per_second() const {
  if (pgbench.empty()) return std::nullopt;
  return median(speeds(pgbench));
}

std::optional<double> cpu_ratio(const std::vector<server_run>& of, const std::vector<server_run>& than) {
  std::vector<double> ratios;
  const auto both = [](const server_run& run) {
    return run.server_us.value_or(0) + run.postgres_us.value_or(0);
  };
  for (std::size_t i = 0; i < std::min(of.size(), than.size()); ++i)
    if (both(than[i]) > 0 && both(of[i]) > 0) ratios.push_back(both(of[i]) / both(than[i]));
  if (ratios.empty()) return std::nullopt;
  return median(ratios);
}

std::optional<double> report::ratio() const {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(server.size(), pgbench.size()); ++i)
    if (pgbench[i].summary.per_second > 0)
      ratios.push_back(server[i].load.per_second() / pgbench[i].summary.per_second);
  if (ratios.empty()) return std::nullopt;
  return median(ratios);
}

std::optional<double> report::bare_ratio() const {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(server.size(), bare.size()); ++i)
    if (server[i].server_us && bare[i].server_us && *bare[i].server_us > 0)
      ratios.push_back(*server[i].server_us / *bare[i].server_us);
  if (ratios.empty()) return std::nullopt;
  return median(ratios);
}

double memory_figures::per_household() const {
  if (households <= first_households) return 0;
  return (static_cast<double>(in_use) - static_cast<double>(first)) /
         static_cast<double>(households - first_households);
}

std::optional<double> report::scale_ratio() const {
  return speed_ratio(server, small);
}
std::optional<double> report::first_ratio() const {
  return speed_ratio(first, small);
}
std::optional<double> report::visited_ratio() const {
  return speed_ratio(visited, small);
}
std::optional<double> report::overload_ratio() const {
  return speed_ratio(server, peak);
}

std::optional<double> report::readers_ratio() const {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(server.size(), quiet.size()); ++i) {
    const auto* storm = server[i].load.kind("read");
    const auto* calm = quiet[i].load.kind("read");
    if (storm != nullptr && calm != nullptr && calm->latency.count() > 0 && storm->latency.count() > 0)
      ratios.push_back(static_cast<double>(storm->latency.quantile_ns(0.99)) /
                       static_cast<double>(calm->latency.quantile_ns(0.99)));
  }
  if (ratios.empty()) return std::nullopt;
  return median(ratios);
}

void print_table(std::ostream& to, const report& of) {
  const auto& on = of.on;
  to << "\nfoyer-bench " << name_of(of.wanted.what) << ": " << of.wanted.connections << " connections";
  to << ", " << of.wanted.households << " households, seed " << of.wanted.seed;
  if (!of.wanted.url.empty()) to << ", " << of.wanted.url;
  if (of.wanted.rate > 0) to << format(", open loop at %g /s", of.wanted.rate);
  to << "\n"
     << on.date << ", " << on.cores << " cores " << on.cpu_model << ", " << on.memory << ", " << on.kernel
     << "\n";
  if (!of.with.foyer.empty()) to << of.with.foyer << '\n';
  if (!of.with.postgresql.empty())
    to << "PostgreSQL " << of.with.postgresql << ", " << of.with.postgresql_settings << "\n";

  if (!of.server.empty()) print_server(to, of);
  if (!of.small.empty()) print_scale(to, of);
  if (!of.peak.empty()) print_overload(to, of);
  if (of.memory) print_memory(to, *of.memory);
  if (!of.ready_ms.empty()) print_start(to, of.ready_ms);
  if (!of.pgbench.empty()) print_pgbench(to, of);
  if (!of.bare.empty()) print_bare(to, of);
  if (of.audit != audit_outcome::not_run) to << "audit                   " << name_of(of.audit) << '\n';
  for (const auto& each : of.checked) to << "checked                 " << each << '\n';
  for (const auto& each : of.unchecked) to << "not checked             " << each << '\n';
  for (const auto& each : of.notes) to << "note                    " << each << '\n';
  for (const auto& problem : of.problems) to << "\nFAILED: " << problem << '\n';
}

} // namespace foyer::bench
