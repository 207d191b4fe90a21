#include "bench/report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace foyer::bench {

namespace json = boost::json;

namespace {

json::value optional_number(const std::optional<double>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

json::object latency_object(const histogram& of) {
  return {{"mean_ns", of.mean_ns()},
          {"p50_ns", of.quantile_ns(0.5)},
          {"p90_ns", of.quantile_ns(0.9)},
          {"p99_ns", of.quantile_ns(0.99)},
          {"p999_ns", of.quantile_ns(0.999)},
          {"max_ns", of.max_ns()},
          {"count", of.count()}};
}

json::object kind_object(const kind_result& of) {
  return {{"stream", of.stream},       {"kind", of.kind},     {"background", of.background},
          {"succeeded", of.succeeded}, {"failed", of.failed}, {"latency", latency_object(of.latency)}};
}

json::object sample_object(const load_sample& of) {
  return {{"at_s", of.at_s},
          {"per_second", of.per_second},
          {"p50_ns", of.p50_ns},
          {"p99_ns", of.p99_ns},
          {"failed", of.failed}};
}

json::object watch_object(const watch_sample& of) {
  return {{"at_s", of.at_s},
          {"server_cores", optional_number(of.server_cores)},
          {"postgresql_cores", optional_number(of.postgres_cores)},
          {"generator_cores", optional_number(of.generator_cores)},
          {"journal_batch_size", optional_number(of.batch_size)},
          {"journal_batches_per_second", optional_number(of.batches_per_second)}};
}

template <class Items, class Function>
json::array array_of(const Items& items, Function to_object) {
  json::array out;
  for (const auto& item : items) out.push_back(to_object(item));
  return out;
}

json::array texts(const std::vector<std::string>& of) {
  return array_of(of, [](const std::string& each) { return json::value(each); });
}

json::object timeline_object(const load_timeline& of) {
  return {{"stream", of.stream}, {"samples", array_of(of.samples, sample_object)}};
}

json::object server_object(const server_run& run) {
  json::object errors;
  for (const auto& [status, count] : run.load.errors_by_status) errors[std::to_string(status)] = count;
  return {{"per_second", run.load.per_second()},
          {"measured_ns", run.load.measured.count()},
          {"succeeded", run.load.succeeded},
          {"errors_by_status", std::move(errors)},
          {"connection_errors", run.load.connection_errors},
          {"timeouts", run.load.timeouts},
          {"first_error", run.load.first_error},
          {"latency", latency_object(run.load.latency)},
          {"service", latency_object(run.load.service)},
          {"unsent", run.load.unsent},
          {"refused", latency_object(run.load.refused)},
          {"refused_too_early", latency_object(run.load.refused_too_early)},
          {"refused_without_retry_after", run.load.refused_without_hint},
          {"server_cpu_us_per_request", optional_number(run.server_us)},
          {"postgresql_cpu_us_per_request", optional_number(run.postgres_us)},
          {"generator_cpu_us_per_request", run.generator_us},
          {"others_share_of_machine", optional_number(run.others_share)},
          {"kinds", array_of(run.load.kinds, kind_object)},
          {"timelines", array_of(run.load.timelines, timeline_object)},
          {"watch", array_of(run.watch, watch_object)}};
}

json::object pgbench_object(const pgbench_run& run) {
  return {{"clients", run.clients},
          {"per_second", run.summary.per_second},
          {"transactions", run.summary.transactions},
          {"latency_mean_ms", run.summary.latency_mean_ms},
          {"postgresql_cpu_us_per_transaction", run.postgres_us_per_transaction},
          {"others_share_of_machine", optional_number(run.others_share)}};
}

json::object campaign_object(const campaign_figures& of) {
  return {{"queued_s", of.queued_s}, {"sent_s", of.sent_s}, {"mails", of.mails}};
}

json::value memory_value(const std::optional<memory_figures>& of) {
  if (!of) return nullptr;
  return json::object{{"ready_bytes", of->ready},   {"first_households", of->first_households},
                      {"first_bytes", of->first},   {"households", of->households},
                      {"in_use_bytes", of->in_use}, {"bytes_per_household", of->per_household()}};
}

json::object options_object(const options& wanted) {
  return {{"connections", wanted.connections},
          {"rate", wanted.rate},
          {"duration_ms", wanted.duration.count()},
          {"warm_up_ms", wanted.warm_up.count()},
          {"repeats", wanted.repeats},
          {"households", wanted.households},
          {"seed", wanted.seed},
          {"url", wanted.url},
          {"command_line", wanted.typed}};
}

} // namespace

std::string to_json(const report& of) {
  const json::object all{
      {"scenario", name_of(of.wanted.what)},
      {"options", options_object(of.wanted)},
      {"machine",
       {{"date", of.on.date},
        {"cores", of.on.cores},
        {"cpu_model", of.on.cpu_model},
        {"memory", of.on.memory},
        {"kernel", of.on.kernel}}},
      {"versions",
       {{"foyer_bench", of.with.bench},
        {"foyer", of.with.foyer},
        {"postgresql", of.with.postgresql},
        {"postgresql_settings", of.with.postgresql_settings}}},
      {"server", {{"per_second", of.server_per_second()}, {"latency", latency_object(of.latency())}}},
      {"server_repeats", array_of(of.server, server_object)},
      {"pgbench_per_second", optional_number(of.pgbench_per_second())},
      {"pgbench_repeats", array_of(of.pgbench, pgbench_object)},
      {"pgbench_calibration", array_of(of.calibration, pgbench_object)},
      {"bare_repeats", array_of(of.bare, server_object)},
      {"quiet_repeats", array_of(of.quiet, server_object)},
      {"campaigns", array_of(of.campaigns, campaign_object)},
      {"peak_repeats", array_of(of.peak, server_object)},
      {"small_repeats", array_of(of.small, server_object)},
      {"first_repeats", array_of(of.first, server_object)},
      {"visited_repeats", array_of(of.visited, server_object)},
      {"memory", memory_value(of.memory)},
      {"ready_ms", array_of(of.ready_ms, [](double value) { return json::value(value); })},
      {"scale_ratio", optional_number(of.scale_ratio())},
      {"first_order_ratio", optional_number(of.first_ratio())},
      {"visited_ratio", optional_number(of.visited_ratio())},
      {"scale_cpu_ratio", optional_number(cpu_ratio(of.server, of.small))},
      {"first_order_cpu_ratio", optional_number(cpu_ratio(of.first, of.small))},
      {"visited_cpu_ratio", optional_number(cpu_ratio(of.visited, of.small))},
      {"overload_ratio", optional_number(of.overload_ratio())},
      {"readers_p99_ratio", optional_number(of.readers_ratio())},
      {"ratio", optional_number(of.ratio())},
      {"bare_cpu_ratio", optional_number(of.bare_ratio())},
      {"audit", name_of(of.audit)},
      {"checked", texts(of.checked)},
      {"unchecked", texts(of.unchecked)},
      {"notes", texts(of.notes)},
      {"problems", texts(of.problems)}};
  return json::serialize(all) + "\n";
}

} // namespace foyer::bench
