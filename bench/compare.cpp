#include "bench/compare.hpp"

#include "bench/failure.hpp"
#include "bench/report.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>

namespace foyer::bench {

namespace json = boost::json;

namespace {

constexpr int exit_failure = 1;
constexpr int exit_misuse = 2;

struct file {
  std::string name;
  json::object all;

  const json::object& part(const char* key) const { return all.at(key).as_object(); }
  const json::array& repeats() const { return all.at("server_repeats").as_array(); }
};

file read(const std::string& name) {
  std::ifstream in{name};
  if (!in) throw failure{"cannot read " + name};
  std::ostringstream text;
  text << in.rdbuf();
  boost::system::error_code error;
  auto parsed = json::parse(text.str(), error);
  if (!in || error || !parsed.is_object()) throw failure{name + " is no file that --json wrote"};
  file out{name, std::move(parsed.as_object())};
  for (const char* key : {"scenario", "options", "machine", "server_repeats", "pgbench_repeats"})
    if (!out.all.contains(key))
      throw failure{name + " is no file that --json wrote: it has no \"" + key + "\""};
  return out;
}

std::string text_of(const json::value& value) {
  std::ostringstream out;
  if (value.is_double()) { // which JSON would write as 3E2
    out << value.get_double();
    return out.str();
  }
  out << value;
  return out.str();
}

// A number in one repeat; none when it isn't there, or nothing was measured.
using figure = std::function<std::optional<double>(const json::object& repeat)>;

std::optional<double> number_at(const json::object& in, const char* key) {
  const auto* found = in.if_contains(key);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  return found->to_number<double>();
}

figure plain(const char* key) {
  return [key](const json::object& repeat) { return number_at(repeat, key); };
}

figure milliseconds(const char* key) {
  return [key](const json::object& repeat) -> std::optional<double> {
    const auto* latency = repeat.if_contains("latency");
    if (latency == nullptr || !latency->is_object()) return std::nullopt;
    const auto ns = number_at(latency->as_object(), key);
    return ns ? std::optional{*ns / 1e6} : std::nullopt;
  };
}

// p99 of one kind of request.
figure kind_milliseconds(std::string kind) {
  return [kind = std::move(kind)](const json::object& repeat) -> std::optional<double> {
    const auto* kinds = repeat.if_contains("kinds");
    if (kinds == nullptr || !kinds->is_array()) return std::nullopt;
    for (const auto& each : kinds->as_array())
      if (each.at("kind").as_string() == kind)
        return each.at("latency").at("p99_ns").to_number<double>() / 1e6;
    return std::nullopt;
  };
}

std::vector<double> values(const file& of, const figure& wanted) {
  std::vector<double> out;
  for (const auto& repeat : of.repeats())
    if (const auto value = wanted(repeat.as_object())) out.push_back(*value);
  return out;
}

// Each repeat against the one of pgbench beside it.
std::vector<double> pgbench_ratios(const file& of) {
  const auto& beside = of.all.at("pgbench_repeats").as_array();
  std::vector<double> out;
  for (std::size_t i = 0; i < std::min(beside.size(), of.repeats().size()); ++i) {
    const auto theirs = beside[i].at("per_second").to_number<double>();
    if (theirs > 0) out.push_back(of.repeats()[i].at("per_second").to_number<double>() / theirs);
  }
  return out;
}

std::vector<compared> figures_of(const file& a, const file& b) {
  std::vector<compared> out;
  const auto add = [&](std::string name, bool more_is_better, const figure& wanted) {
    out.push_back({std::move(name), more_is_better, values(a, wanted), values(b, wanted)});
  };
  add("answers/s", true, plain("per_second"));
  out.push_back({"times pgbench", true, pgbench_ratios(a), pgbench_ratios(b)});
  add("p50, ms", false, milliseconds("p50_ns"));
  add("p99, ms", false, milliseconds("p99_ns"));
  add("p99.9, ms", false, milliseconds("p999_ns"));
  add("server CPU, us", false, plain("server_cpu_us_per_request"));
  add("PostgreSQL CPU, us", false, plain("postgresql_cpu_us_per_request"));
  if (!a.repeats().empty())
    if (const auto* kinds = a.repeats()[0].as_object().if_contains("kinds");
        kinds && kinds->as_array().size() > 1)
      for (const auto& each : kinds->as_array()) {
        const std::string kind{each.at("kind").as_string()};
        add(kind + " p99, ms", false, kind_milliseconds(kind));
      }
  std::erase_if(out, [](const compared& each) { return each.a.empty() || each.b.empty() || !each.ratio(); });
  return out;
}

// What makes two runs hard to compare.
void warn(const file& a, const file& b, std::ostream& to) {
  const auto differ = [&](const char* part, const char* key) {
    const auto* in_a = a.part(part).if_contains(key);
    const auto* in_b = b.part(part).if_contains(key);
    const auto text_a = in_a ? text_of(*in_a) : "-", text_b = in_b ? text_of(*in_b) : "-";
    if (text_a != text_b) to << "  differs: " << key << " " << text_a << " and " << text_b << '\n';
  };
  for (const char* key : {"connections", "rate", "households", "duration_ms", "warm_up_ms", "url"})
    differ("options", key);
  for (const char* key : {"cores", "cpu_model", "kernel"}) differ("machine", key);
  for (const auto* each : {&a, &b})
    if (const auto* problems = each->all.if_contains("problems"); problems && !problems->as_array().empty())
      to << "  FAILED: " << each->name << ": " << text_of(problems->as_array()[0]) << '\n';
}

const char* words(verdict what) {
  switch (what) {
  case verdict::better: return "B is better";
  case verdict::worse: return "B is worse";
  case verdict::within_noise: return "within the noise";
  case verdict::unknown: return "too few repeats to say";
  }
  return "";
}

void print(const compared& what, std::ostream& to) {
  char text[200];
  const auto noise = what.noise();
  char spread[64] = "-";
  if (noise) std::snprintf(spread, sizeof spread, "%.2f to %.2f", noise->low, noise->high);
  std::snprintf(text, sizeof text, "  %-22s %10.5g %10.5g %8.2f   %-18s %s\n", what.name.c_str(),
                median(what.a), median(what.b), *what.ratio(), spread, words(verdict_of(what)));
  to << text;
}

} // namespace

std::optional<double> compared::ratio() const {
  if (a.empty() || b.empty() || median(a) == 0) return std::nullopt;
  return median(b) / median(a);
}

std::optional<compared::spread> compared::noise() const {
  if (a.size() < 2 || b.size() < 2) return std::nullopt;
  const auto [a_low, a_high] = std::minmax_element(a.begin(), a.end());
  const auto [b_low, b_high] = std::minmax_element(b.begin(), b.end());
  if (*a_low <= 0) return std::nullopt;
  return spread{*b_low / *a_high, *b_high / *a_low};
}

verdict verdict_of(const compared& what) {
  const auto noise = what.noise();
  if (!noise) return verdict::unknown;
  if (noise->low <= 1 && noise->high >= 1) return verdict::within_noise;
  return (noise->low > 1) == what.more_is_better ? verdict::better : verdict::worse;
}

double chance_of_separation(std::size_t repeats_a, std::size_t repeats_b) {
  // Two of all ways to mix them are in order: all of A first, or all of B.
  double ways = 1;
  for (std::size_t i = 1; i <= repeats_b; ++i)
    ways *= static_cast<double>(repeats_a + i) / static_cast<double>(i);
  return std::min(1.0, 2 / ways);
}

void compare(const std::string& file_a, const std::string& file_b, std::ostream& to) {
  try {
    const auto a = read(file_a), b = read(file_b);
    if (a.all.at("scenario") != b.all.at("scenario"))
      throw failure{"these are different scenarios: " + text_of(a.all.at("scenario")) + " and " +
                    text_of(b.all.at("scenario"))};
    to << "foyer-bench compare: " << std::string{a.all.at("scenario").as_string()} << ", medians of "
       << a.repeats().size() << " and " << b.repeats().size() << " repeats\n  A: " << file_a
       << "\n  B: " << file_b << '\n';
    warn(a, b, to);
    to << "\n                                  A          B      B/A   noise (any B/A)\n";
    for (const auto& each : figures_of(a, b)) print(each, to);
    if (a.repeats().size() < 2 || b.repeats().size() < 2) return; // nothing was said of any noise
    char text[160];
    std::snprintf(
        text, sizeof text,
        "\nA difference outside the noise would come up in %.3g %% of comparisons of equal programs.\n",
        100 * chance_of_separation(a.repeats().size(), b.repeats().size()));
    to << text;
  } catch (const boost::system::system_error&) {
    throw failure{"one of the files is not as --json writes it"};
  } catch (const std::out_of_range&) {
    throw failure{"one of the files is not as --json writes it"};
  } catch (const std::invalid_argument&) {
    throw failure{"one of the files is not as --json writes it"};
  }
}

int run_compare(int argc, const char* const* argv) {
  constexpr const char* usage = "Usage: foyer-bench compare A.json B.json\n\n"
                                "Prints the figures of two runs of the same scenario, the ratio of B to A, "
                                "how far the repeats alone spread\n"
                                "that ratio, and whether the difference is within that noise.\n";
  const std::string_view first = argc > 0 ? argv[0] : "";
  if (argc == 1 && (first == "--help" || first == "-h")) {
    std::cout << usage;
    return 0;
  }
  if (argc != 2) {
    std::cerr << usage;
    return exit_misuse;
  }
  try {
    compare(argv[0], argv[1], std::cout);
    return 0;
  } catch (const failure& error) {
    std::cerr << "foyer-bench: " << error.what() << '\n';
    return exit_failure;
  }
}

} // namespace foyer::bench
