#include "bench/options.hpp"

#include "bench/options_check.hpp"
#include "config/misuse.hpp"
#include "config/values.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <array>
#include <charconv>
#include <iostream>

namespace foyer::bench {

namespace {

constexpr int exit_misuse = 2;
// One thread drives them all; more connections than this measure the generator.
constexpr std::size_t connections_max = 10'000;
constexpr std::size_t households_max = 10'000'000;
constexpr std::size_t repeats_max = 100;
constexpr double rate_max = 1e6;

struct described {
  scenario what;
  std::string_view name;
  std::string_view about;
};
constexpr std::array scenarios{
    described{scenario::rush, "rush", "one offer, each order from another wallet"},
    described{scenario::wallet, "wallet", "one wallet that staff debit by a cent"},
    described{scenario::read, "read", "a signed-in buyer's wallet and household"},
    described{scenario::login, "login", "a storm of logins, with readers beside it"},
    described{scenario::registration, "registration", "new accounts"},
    described{scenario::space, "space", "my space, opened by keys"},
    described{scenario::mixed, "mixed", "an evening: all of the above, in proportion"},
    described{scenario::invitation, "invitation", "a campaign to all households, and its mails"},
    described{scenario::search, "search", "clients, as staff type"},
    described{scenario::overload, "overload", "a rush of more than the server can do (own server)"},
    described{scenario::scale, "scale", "the rush on many households beside 1,000 (own server)"},
    described{scenario::memory, "memory", "of the server with 10,000 households in use (own server)"},
    described{scenario::start, "start", "until ready (own server)"}};

// What CLI11 shows and reads as text before it is checked.
struct raw_options {
  std::string scenario;
  std::string duration = "10s";
  std::string warm_up = "2s";
  std::string tokens_file;
  std::string accounts_file;
};

std::string footer() {
  std::string out = "Scenarios:\n";
  for (const auto& each : scenarios) {
    out.append("  ").append(each.name).append(14 - each.name.size(), ' ').append(each.about).append("\n");
  }
  return out +
         "\nWithout --url it starts a server of its own with temporary data; rush and wallet measure the "
         "same "
         "work by\npgbench beside it. With --url and the token of an administrator it makes buyers and an "
         "offer there, and\narchives them afterwards: for test installations, since what is booked stays in "
         "the ledger.\n`foyer-bench compare A.json B.json` compares two runs. docs/bench.md says how to read "
         "the report.\nExit status: 0 done, 1 the run failed (a wrong answer, a failed audit), 2 misuse.";
}

void declare_load(CLI::App& app, options& to, raw_options& raw) {
  app.set_version_flag("--version", std::string{"foyer-bench "} + FOYER_VERSION);
  app.add_option("scenario", raw.scenario, "what to measure; below")->required()->type_name("");
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
  app.add_option("--households", to.households,
                 "clients with a wallet and a session (default: 20,000; invitation 100,000; search, scale, "
                 "memory and "
                 "start 1,000,000; with --url 200)")
      ->check(CLI::Range(std::size_t{1}, households_max));
  app.add_option("--seed", to.seed, "the same seed makes the same data in the same order")
      ->capture_default_str();
  app.add_option("--json", to.json_file, "file for all figures as JSON");
  app.add_option("--html", to.html_file, "file for a report with plots, one page that needs no network");
  app.add_option("--plot", to.plot_file, "rush: file for orders a second beside pgbench as one SVG");
  app.add_flag(
      "--keep-data", to.keep_data,
      "do not remove the data, and begin with that of an earlier run with as many households and this "
      "seed; with --url: do not archive what was made there");
}

void declare_where(CLI::App& app, options& to, raw_options& raw) {
  const auto own = "Own server";
  app.add_option("--foyer", to.foyer, "the program to measure (default: beside foyer-bench, else in PATH)")
      ->group(own)
      ->check(CLI::ExistingFile);
  app.add_option("--data", to.data_dir, "folder for the data (default: TMPDIR, else /var/tmp); on a disk")
      ->group(own)
      ->check(CLI::ExistingDirectory);
  app.add_flag("!--no-pgbench", to.with_pgbench, "leave out the same work by pgbench")->group(own);

  const auto other = "Another server";
  app.add_option("--url", to.url, "http://HOST:PORT of a running server")->group(other);
  app.add_option(
         "--token", to.tokens,
         "session token: of an administrator there, with which the bench makes what it needs, or of a "
         "buyer; may be given many times")
      ->group(other);
  app.add_option("--tokens", raw.tokens_file, "file with one session token a line")
      ->group(other)
      ->check(CLI::ExistingFile);
  app.add_option("--accounts", raw.accounts_file,
                 "login, mixed: file with one `LOGIN PASSWORD` a line; without, the bench registers some and "
                 "reads their mails at /dev/mail, if the server shows it")
      ->group(other)
      ->check(CLI::ExistingFile);
  app.add_option("--org", to.organisation, "slug of the organisation there")->group(other);
  app.add_option("--shop", to.shop, "slug of the point of sale")->group(other)->capture_default_str();
  app.add_option("--offer", to.offer, "id of the offer to buy (default, for an administrator: a new one)")
      ->group(other);
  app.add_option("--household", to.household, "wallet: id of the household to debit (default: a new one)")
      ->group(other);
  app.add_option("--metrics", to.metrics_url,
                 "http://HOST:PORT where that server answers /metrics, for the journal's batches")
      ->group(other);
  app.add_option("--server-pid", to.server_pid, "its process, when it runs on this machine, for its CPU")
      ->group(other);
  app.add_option("--postgresql-pid", to.postgresql_pid, "the same of PostgreSQL's first process (postmaster)")
      ->group(other);
}

std::string read_duration(const std::string& option, const std::string& text, std::chrono::milliseconds& to) {
  const auto value = config::parse_duration(text);
  if (!value) return option + ": " + text + " is not a duration such as 10s or 500ms";
  to = *value;
  return {};
}

std::string read_scenario(const std::string& name, scenario& to) {
  std::vector<std::string_view> names;
  for (const auto& each : scenarios) {
    names.push_back(each.name);
    if (each.name != name) continue;
    to = each.what;
    return {};
  }
  if (const auto near = config::nearest(name, names))
    return "no scenario \"" + name + "\"; did you mean \"" + std::string{*near} + "\"?";
  std::string out = "no scenario \"" + name + "\"; there are";
  for (const auto& each : names) out.append(" ").append(each);
  return out;
}

// Empty: the options make sense, each and together.
std::string finish(const CLI::App& app, options& to, const raw_options& raw) {
  if (auto error = read_scenario(raw.scenario, to.what); !error.empty()) return error;
  if (auto error = read_duration("--duration", raw.duration, to.duration); !error.empty()) return error;
  if (auto error = read_duration("--warm-up", raw.warm_up, to.warm_up); !error.empty()) return error;
  const auto said = [&](const char* option) { return app.count(option); };
  choose_defaults(said, to);
  if (!raw.tokens_file.empty())
    if (auto error = read_tokens(raw.tokens_file, to.tokens); !error.empty()) return error;
  if (!raw.accounts_file.empty())
    if (auto error = read_accounts(raw.accounts_file, to.accounts); !error.empty()) return error;
  return contradiction(said, to);
}

// As it was typed, but for tokens, which nobody should paste into a report.
std::string typed(int argc, const char* const* argv) {
  std::string out = "foyer-bench";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word{argv[i]};
    const bool secret = std::string_view{argv[i - 1]} == "--token";
    if (secret || word.starts_with("--token=")) {
      out += secret ? " …" : " --token=…";
      continue;
    }
    const bool plain =
        !word.empty() && word.find_first_of(" \t\n'\"\\$&;<>|*?()`#") == std::string_view::npos;
    out.append(plain ? " " : " '").append(word).append(plain ? "" : "'");
  }
  return out;
}

} // namespace

const char* name_of(scenario which) {
  for (const auto& each : scenarios)
    if (each.what == which) return each.name.data();
  return "";
}

command_line parse_command_line(int argc, const char* const* argv) {
  CLI::App app{"Drives a Foyer server over HTTP and prints throughput, latency and CPU per request.",
               "foyer-bench"};
  app.footer(footer());
  command_line result;
  options to;
  raw_options raw;
  declare_load(app, to, raw);
  declare_where(app, to, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app.exit(error, std::cout, std::cerr); // help or version
    } else {
      std::cerr << config::misuse(app, error) << '\n';
      result.exit_status = exit_misuse;
    }
    return result;
  }
  if (const auto error = finish(app, to, raw); !error.empty()) {
    std::cerr << "foyer-bench: " << error << '\n';
    result.exit_status = exit_misuse;
    return result;
  }
  to.typed = typed(argc, argv);
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
