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
          {"server_cpu_us_per_request", optional_number(run.server_us)},
          {"postgresql_cpu_us_per_request", optional_number(run.postgres_us)},
          {"generator_cpu_us_per_request", run.generator_us},
          {"others_share_of_machine", optional_number(run.others_share)}};
}

json::object pgbench_object(const pgbench_run& run) {
  return {{"clients", run.clients},
          {"per_second", run.summary.per_second},
          {"transactions", run.summary.transactions},
          {"latency_mean_ms", run.summary.latency_mean_ms},
          {"postgresql_cpu_us_per_transaction", run.postgres_us_per_transaction},
          {"others_share_of_machine", optional_number(run.others_share)}};
}

template <class Runs, class Function>
json::array array_of(const Runs& runs, Function to_object) {
  json::array out;
  for (const auto& run : runs) out.push_back(to_object(run));
  return out;
}

json::object options_object(const options& wanted) {
  return {{"connections", wanted.connections},
          {"duration_ms", wanted.duration.count()},
          {"warm_up_ms", wanted.warm_up.count()},
          {"repeats", wanted.repeats},
          {"households", wanted.households},
          {"seed", wanted.seed},
          {"url", wanted.url}};
}

} // namespace

std::string to_json(const report& of) {
  json::array problems;
  for (const auto& problem : of.problems) problems.push_back(json::value(problem));
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
      {"ratio", optional_number(of.ratio())},
      {"bare_cpu_ratio", optional_number(of.bare_ratio())},
      {"audit", name_of(of.audit)},
      {"problems", std::move(problems)}};
  return json::serialize(all) + "\n";
}

} // namespace foyer::bench
