#include "bench/report_plots.hpp"

#include "bench/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace foyer::bench {

namespace {

using sample_value = std::function<std::optional<double>(const watch_sample&)>;

// Seconds from the start of the measured time, over which repeats lie upon each other.
plot over_time(const report& of, std::string title, std::string y_unit) {
  plot out;
  out.title = std::move(title);
  out.y_unit = std::move(y_unit);
  out.x_unit = of.wanted.warm_up.count() > 0 ? "seconds (grey: warm-up)" : "seconds";
  out.until = 0;
  for (const auto& run : of.server)
    out.until = std::max(*out.until, std::chrono::duration<double>(run.load.measured).count());
  return out;
}

// One value of every sample of a stream, a line for each repeat.
plot_series of_stream(const report& of, std::size_t stream, std::string name, int colour,
                      const std::function<double(const load_sample&)>& value) {
  plot_series out{std::move(name), colour, false, {}};
  for (const auto& run : of.server) {
    if (stream >= run.load.timelines.size()) continue;
    auto& line = out.lines.emplace_back();
    for (const auto& sample : run.load.timelines[stream].samples)
      line.push_back({sample.at_s, value(sample)});
  }
  return out;
}

plot_series of_watch(const report& of, std::string name, int colour, const sample_value& value) {
  plot_series out{std::move(name), colour, false, {}};
  for (const auto& run : of.server) {
    std::vector<plot_point> line;
    for (const auto& sample : run.watch)
      if (const auto known = value(sample)) line.push_back({sample.at_s, *known});
    if (!line.empty()) out.lines.push_back(std::move(line));
  }
  return out;
}

std::size_t streams_of(const report& of) {
  return of.server.empty() ? 0 : of.server[0].load.timelines.size();
}

// A line across the measured time.
std::vector<plot_point> level(const report& of, double value) {
  return {{0, value}, {std::chrono::duration<double>(of.wanted.duration).count(), value}};
}

plot throughput(const report& of) {
  auto out = over_time(of, "Throughput, a line for each repeat", "answers/s");
  for (std::size_t i = 0; i < streams_of(of); ++i)
    out.series.push_back(of_stream(of, i, of.server[0].load.timelines[i].stream, static_cast<int>(i) + 1,
                                   [](const load_sample& sample) { return sample.per_second; }));
  if (of.wanted.rate > 0 && streams_of(of) == 1)
    out.series.push_back({"asked for (--rate)", 5, true, {level(of, of.wanted.rate)}});
  plot_series beside{of.peak.empty() ? "1,000 households" : "peak before it", 3, true, {}};
  for (const auto* runs : {&of.peak, &of.small})
    for (const auto& run : *runs) beside.lines.push_back(level(of, run.load.per_second()));
  if (!beside.lines.empty()) out.series.push_back(std::move(beside));
  if (const auto other = of.pgbench_per_second())
    out.series.push_back({"pgbench, median", 4, true, {level(of, *other)}});
  return out;
}

plot latency_over_time(const report& of) {
  auto out = over_time(of, "Latency over time", "ms");
  const auto in_ms = [](std::int64_t ns) { return static_cast<double>(ns) / 1e6; };
  for (std::size_t i = 0; i < streams_of(of); ++i) {
    const auto& name = of.server[0].load.timelines[i].stream;
    const auto colour = static_cast<int>(i) * 2 + 1;
    out.series.push_back(of_stream(of, i, name + " p99", colour,
                                   [&](const load_sample& sample) { return in_ms(sample.p99_ns); }));
    out.series.push_back(of_stream(of, i, name + " p50", colour + 1,
                                   [&](const load_sample& sample) { return in_ms(sample.p50_ns); }));
  }
  // Samples without any answer have no latency: with a scale from 1 up they are left out.
  out.log_y = true;
  return out;
}

// The slower half: 50 %, 90 %, 99 % … at equal distances, as far as there are values.
plot_series distribution(const std::string& name, int colour, bool dashed, const histogram& of) {
  plot_series out{name, colour, dashed, {}};
  if (of.count() == 0) return out;
  auto& line = out.lines.emplace_back();
  constexpr int steps_per_nine = 8;
  const double half = std::log10(2.0);
  const double nines = std::clamp(std::log10(static_cast<double>(of.count())), half, 5.0);
  for (int step = 0; step <= static_cast<int>((nines - half) * steps_per_nine); ++step) {
    const double x = half + static_cast<double>(step) / steps_per_nine;
    const double quantile = 1 - std::pow(10, -x);
    line.push_back({x, static_cast<double>(of.quantile_ns(std::max(quantile, 1e-9))) / 1e6});
  }
  return out;
}

plot percentiles(const report& of) {
  plot out;
  out.title = "Latency by percentile, all repeats";
  out.y_unit = "ms";
  out.x_unit = "percent of requests that were no slower";
  out.log_y = true;
  const auto all = of.latency();
  out.x_ticks.emplace_back(std::log10(2.0), "50");
  constexpr std::array names{"90", "99", "99.9", "99.99", "99.999"};
  // No further than there are values.
  for (std::size_t i = 0; i < names.size() && std::pow(10, i) <= static_cast<double>(all.count()); ++i)
    out.x_ticks.emplace_back(static_cast<double>(i + 1), names[i]);
  out.series.push_back(
      distribution(of.wanted.rate > 0 ? "from when it was due" : "from sending", 1, false, all));
  if (of.wanted.rate > 0) {
    histogram service;
    for (const auto& run : of.server) service.merge(run.load.service);
    out.series.push_back(distribution("once sent", 2, true, service));
  }
  histogram bare;
  for (const auto& run : of.bare) bare.merge(run.load.latency);
  if (bare.count() > 0) out.series.push_back(distribution("bare handler", 4, true, bare));
  return out;
}

plot cpu(const report& of) {
  auto out = over_time(of, "CPU in use", "cores");
  out.series.push_back(of_watch(of, "server", 1, [](auto& sample) { return sample.server_cores; }));
  out.series.push_back(of_watch(of, "PostgreSQL", 2, [](auto& sample) { return sample.postgres_cores; }));
  out.series.push_back(
      of_watch(of, "load generator", 4, [](auto& sample) { return sample.generator_cores; }));
  return out;
}

plot batches(const report& of) {
  auto out = over_time(of, "Journal: commits per transaction", "commits");
  out.series.push_back(of_watch(of, "batch size", 1, [](auto& sample) { return sample.batch_size; }));
  return out;
}

plot transactions(const report& of) {
  auto out = over_time(of, "Journal: transactions", "transactions/s");
  out.series.push_back(
      of_watch(of, "made durable", 2, [](auto& sample) { return sample.batches_per_second; }));
  return out;
}

} // namespace

std::string plots_of(const report& of) {
  std::string out;
  for (const auto& each :
       {throughput(of), percentiles(of), latency_over_time(of), cpu(of), batches(of), transactions(of)})
    out += to_figure(each);
  return out;
}

} // namespace foyer::bench
