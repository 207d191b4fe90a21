#include "bench/options.hpp"

#include "bench/request.hpp"
#include "config/values.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <map>

namespace foyer::bench {

namespace {

constexpr int exit_misuse = 2;
// One thread drives them all; more connections than this measure the generator.
constexpr std::size_t connections_max = 10'000;
constexpr std::size_t households_max = 10'000'000;
constexpr std::size_t repeats_max = 100;
constexpr double rate_max = 1e6;
// Of `invitation` (B8).
constexpr std::size_t campaign_households = 100'000;

const std::map<std::string, scenario> scenarios{{"rush", scenario::rush},
                                                {"wallet", scenario::wallet},
                                                {"read", scenario::read},
                                                {"login", scenario::login},
                                                {"registration", scenario::registration},
                                                {"space", scenario::space},
                                                {"invitation", scenario::invitation},
                                                {"mixed", scenario::mixed},
                                                {"search", scenario::search},
                                                {"overload", scenario::overload},
                                                {"scale", scenario::scale},
                                                {"memory", scenario::memory},
                                                {"start", scenario::start}};

// Those that ask what a large house costs.
constexpr std::size_t large_house = 1'000'000;
// Staff who type at once, and the letters that they type a second.
constexpr std::size_t searchers = 16;
constexpr double letters_per_second = 40;
// More than the server answers at once (http.in_flight_max).
constexpr std::size_t crowd = 3'000;

// What CLI11 shows and reads as text before it is checked.
struct raw_options {
  std::string duration = "10s";
  std::string warm_up = "2s";
  std::string tokens_file;
};

void declare(CLI::App& app, options& to, raw_options& raw) {
  app.set_version_flag("--version", std::string{"foyer-bench "} + FOYER_VERSION);
  app.add_option(
         "scenario", to.what,
         "rush: one offer, each order from another wallet; wallet: one wallet that staff debit by a cent; "
         "read: a "
         "signed-in buyer's wallet and household; login: a storm of logins with readers beside it; "
         "registration: new accounts; space: my space, opened by keys; invitation: a campaign to all "
         "households, and "
         "its mails; mixed: an evening of all these; search: "
         "clients, as staff type; overload: a rush of more than the server can do; scale: the rush on many "
         "households beside 1,000; memory: of the server with 10,000 households in use; start: until ready")
      ->required()
      ->transform(CLI::CheckedTransformer(scenarios).description(
          "rush|wallet|read|login|registration|space|invitation|mixed|search|overload|scale|memory|start"))
      ->type_name("");
  app.add_option("--connections", to.connections, "keep-alive connections, each with one request in flight")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, connections_max));
  app.add_option(
         "--rate", to.rate,
         "open loop: so many requests a second, sent when they are due whatever the server does; latency "
         "counts from then (default: closed loop, as fast as they are answered; search: 40, unless "
         "--connections "
         "is given)")
      ->check(CLI::Range(0.1, rate_max));
  app.add_option("--duration", raw.duration, "measured time of each repeat, such as 10s or 500ms")
      ->capture_default_str();
  app.add_option("--warm-up", raw.warm_up, "time before it that is not counted")->capture_default_str();
  app.add_option("--repeats", to.repeats, "how often server and pgbench are measured in turn; medians count")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, repeats_max));
  app.add_option("--seed", to.seed, "the same seed makes the same data in the same order")
      ->capture_default_str();
  app.add_option("--json", to.json_file, "file for all figures as JSON");
  app.add_option("--html", to.html_file, "file for a report with plots, one page that needs no network");
  app.add_option("--plot", to.plot_file, "rush: file for orders a second beside pgbench as one SVG");

  const auto own = "Own server";
  app.add_option("--foyer", to.foyer, "the program to measure (default: beside foyer-bench, else in PATH)")
      ->group(own)
      ->check(CLI::ExistingFile);
  app.add_option("--data", to.data_dir, "folder for the data (default: TMPDIR, else /var/tmp); on a disk")
      ->group(own)
      ->check(CLI::ExistingDirectory);
  app.add_option(
         "--households", to.households,
         "households with a wallet and a session (default: 20,000; 1,000,000 for search, scale, memory and "
         "start)")
      ->group(own)
      ->check(CLI::Range(std::size_t{1}, households_max));
  app.add_flag("!--no-pgbench", to.with_pgbench, "leave out the same work by pgbench")->group(own);
  app.add_flag(
         "--keep-data", to.keep_data,
         "do not remove the data; begin with that of an earlier run with as many households and this seed")
      ->group(own);

  const auto other = "Another server";
  app.add_option("--url", to.url, "http://HOST:PORT of a running server")->group(other);
  app.add_option("--token", to.tokens, "session token of a buyer there; may be given many times")
      ->group(other);
  app.add_option("--tokens", raw.tokens_file, "file with one session token a line")
      ->group(other)
      ->check(CLI::ExistingFile);
  app.add_option("--org", to.organisation, "slug of the organisation there")->group(other);
  app.add_option("--shop", to.shop, "slug of the point of sale")->group(other)->capture_default_str();
  app.add_option("--offer", to.offer, "id of the offer to buy")->group(other);
  app.add_option("--household", to.household,
                 "wallet: id of the household to debit; the tokens are then of staff")
      ->group(other);
}

std::string read_duration(const std::string& option, const std::string& text, std::chrono::milliseconds& to) {
  const auto value = config::parse_duration(text);
  if (!value) return option + ": " + text + " is not a duration such as 10s or 500ms";
  to = *value;
  return {};
}

std::string read_tokens(const std::string& path, std::vector<std::string>& to) {
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (!line.empty()) to.push_back(std::move(line));
  }
  return file.bad() ? "--tokens: cannot read " + path : std::string{};
}

// What is not said, where the scenario decides.
void choose_defaults(const CLI::App& app, options& to) {
  const auto what = to.what;
  const bool large = what == scenario::search || what == scenario::scale || what == scenario::memory ||
                     what == scenario::start;
  if (large && app.count("--households") == 0) to.households = large_house;
  if (what == scenario::invitation && app.count("--households") == 0) to.households = campaign_households;
  if (what == scenario::search && app.count("--connections") == 0) {
    to.connections = searchers;
    if (app.count("--rate") == 0) to.rate = letters_per_second;
  }
  if (what == scenario::overload && app.count("--connections") == 0) to.connections = crowd;
}

// Empty: the options make sense together.
std::string check(const CLI::App& app, options& to, const raw_options& raw) {
  if (auto error = read_duration("--duration", raw.duration, to.duration); !error.empty()) return error;
  if (auto error = read_duration("--warm-up", raw.warm_up, to.warm_up); !error.empty()) return error;
  if (to.duration < std::chrono::milliseconds{100}) return "--duration: at least 100ms";
  choose_defaults(app, to);
  if (to.what == scenario::invitation && to.keep_data)
    return "invitation changes the data that it was given: not with --keep-data";
  if (!to.plot_file.empty() && (to.what != scenario::rush || !to.with_pgbench || !to.url.empty()))
    return "--plot shows a rush on an own server beside pgbench";
  if (!raw.tokens_file.empty())
    if (auto error = read_tokens(raw.tokens_file, to.tokens); !error.empty()) return error;

  if (to.url.empty()) {
    for (const char* option : {"--token", "--tokens", "--org", "--offer", "--household"})
      if (app.count(option) > 0) return std::string{option} + " needs --url";
    if (to.what != scenario::rush && to.what != scenario::wallet) to.with_pgbench = false;
    return {};
  }
  // The others need passwords, keys or new accounts, which only data made for them has.
  if (to.what != scenario::rush && to.what != scenario::wallet && to.what != scenario::read)
    return std::string{name_of(to.what)} + " runs on a server of its own only, not with --url";
  for (const char* option : {"--foyer", "--data", "--households", "--no-pgbench", "--keep-data"})
    if (app.count(option) > 0) return std::string{option} + " is for an own server, not for --url";
  if (!parse_server_url(to.url)) return "--url: " + to.url + " is not http://HOST:PORT";
  if (to.tokens.empty()) return "--url needs --token or --tokens: session tokens of buyers there";
  for (const auto& token : to.tokens)
    if (token.size() != request_shape::token_size)
      return "a session token has " + std::to_string(request_shape::token_size) + " characters, not " +
             std::to_string(token.size());
  if (app.count("--org") == 0) return "--url needs --org, the organisation's slug";
  if (to.what == scenario::wallet && to.household.empty())
    return "--url needs --household, the id of the household to debit";
  if (to.what == scenario::rush && to.offer.empty()) return "--url needs --offer, the id of the offer to buy";
  to.with_pgbench = false;
  return {};
}

} // namespace

const char* name_of(scenario which) {
  switch (which) {
  case scenario::rush: return "rush";
  case scenario::wallet: return "wallet";
  case scenario::read: return "read";
  case scenario::login: return "login";
  case scenario::registration: return "registration";
  case scenario::space: return "space";
  case scenario::invitation: return "invitation";
  case scenario::mixed: return "mixed";
  case scenario::search: return "search";
  case scenario::overload: return "overload";
  case scenario::scale: return "scale";
  case scenario::memory: return "memory";
  case scenario::start: return "start";
  }
  return "";
}

command_line parse_command_line(int argc, const char* const* argv) {
  CLI::App app{"Drives a Foyer server over HTTP and prints throughput, latency and CPU per request.",
               "foyer-bench"};
  app.footer(
      "Without --url it starts a server of its own with temporary data, and measures the same work by\n"
      "pgbench beside it. `foyer-bench compare A.json B.json` compares two runs. Exit status: 0 done, 1 the "
      "run failed (a wrong answer, a failed audit), 2 misuse.");
  command_line result;
  options to;
  raw_options raw;
  declare(app, to, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool said_all = app.exit(error, std::cout, std::cerr) == 0;
    result.exit_status = said_all ? 0 : exit_misuse;
    return result;
  }
  if (const auto error = check(app, to, raw); !error.empty()) {
    std::cerr << "foyer-bench: " << error << '\n';
    result.exit_status = exit_misuse;
    return result;
  }
  result.parsed = std::move(to);
  return result;
}

std::optional<server_address> parse_server_url(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return std::nullopt;
  url.remove_prefix(scheme.size());
  if (url.ends_with('/')) url.remove_suffix(1);
  if (url.empty() || url.find_first_of("/?#@ ") != std::string_view::npos) return std::nullopt;
  server_address address;
  address.host_header = std::string{url};
  const auto bracket = url.rfind(']');
  const auto colon = url.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const auto port = url.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error != std::errc{} || end != port.data() + port.size() || address.port == 0) return std::nullopt;
    url = url.substr(0, colon);
  }
  if (url.starts_with('[') && url.ends_with(']')) url = url.substr(1, url.size() - 2);
  if (url.empty()) return std::nullopt;
  address.host = std::string{url};
  return address;
}

} // namespace foyer::bench
