#include "bench/options_check.hpp"

#include "bench/process_cpu.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace foyer::bench {

namespace {

// Of `invitation` (B8).
constexpr std::size_t campaign_households = 100'000;
// Those that ask what a large house costs.
constexpr std::size_t large_house = 1'000'000;
// Staff who type at once, and the letters that they type a second.
constexpr std::size_t searchers = 16;
constexpr double letters_per_second = 40;
// More than the server answers at once (http.in_flight_max).
constexpr std::size_t crowd = 3'000;
// On somebody else's server each client is made by four requests.
constexpr std::size_t clients_there = 200;
constexpr std::size_t clients_there_max = 20'000;
// A session's is 43 characters; others may be shorter or longer, but none is a few letters or a line of text.
constexpr std::size_t token_min = 20, token_max = 512;

bool is_token(const std::string& text) {
  return text.size() >= token_min && text.size() <= token_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool runs_elsewhere(scenario what) {
  switch (what) {
  case scenario::overload:
  case scenario::scale:
  case scenario::memory:
  case scenario::start: return false;
  default: return true;
  }
}

// Who is new needs nobody else; who logs in is registered first, or comes from --accounts.
bool needs_token(scenario what) {
  return what != scenario::registration && what != scenario::login;
}

std::string contradiction_elsewhere(const std::function<std::size_t(const char*)>& said,
                                    const options& wanted) {
  if (!runs_elsewhere(wanted.what))
    return std::string{name_of(wanted.what)} + " runs on a server of its own only, not with --url";
  for (const char* option : {"--foyer", "--data", "--no-pgbench"})
    if (said(option) > 0) return std::string{option} + " is for an own server, not for --url";
  if (!parse_server_url(wanted.url))
    return "--url: " + wanted.url + " is not http://HOST:PORT (of a server behind TLS, name the plain one)";
  if (!wanted.metrics_url.empty() && !parse_server_url(wanted.metrics_url))
    return "--metrics: " + wanted.metrics_url + " is not http://HOST:PORT";
  if (wanted.tokens.empty() && needs_token(wanted.what))
    return "--url needs --token: of an administrator there, with which the bench makes buyers and an offer "
           "of "
           "its own, or of a buyer (--tokens FILE: of many)";
  for (const auto& [option, pid] :
       {std::pair{"--server-pid", wanted.server_pid}, std::pair{"--postgresql-pid", wanted.postgresql_pid}})
    if (said(option) > 0 && (pid <= 0 || !process_cpu_us(pid)))
      return std::string{option} + ": there is no process " + std::to_string(pid) + " on this machine";
  if (said("--org") == 0) return "--url needs --org, the organisation's slug";
  for (const auto& token : wanted.tokens)
    if (!is_token(token))
      return "a token is " + std::to_string(token_min) + " or more characters without blanks, not \"" +
             token.substr(0, token_min) + "\"";
  if (wanted.households > clients_there_max)
    return "--households: at most " + std::to_string(clients_there_max) +
           " on somebody else's server, where each is made by four requests";
  return {};
}

// Empty: can be written. An existing file stays as it is, and a new one is not left behind.
std::string cannot_write(const char* option, const std::string& path) {
  if (path.empty()) return {};
  std::error_code ignored;
  const bool there = std::filesystem::exists(path, ignored);
  std::ofstream file{path, std::ios::app};
  if (file) {
    if (!there) std::filesystem::remove(path, ignored);
    return {};
  }
  return std::string{option} + ": cannot write " + path + ": " + std::strerror(errno);
}

template <class Take>
std::string read_lines(const char* option, const std::string& path, Take take) {
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty()) continue;
    if (auto error = take(line); !error.empty()) return std::string{option} + ": " + path + ": " + error;
  }
  return file.bad() ? std::string{option} + ": cannot read " + path : std::string{};
}

} // namespace

void choose_defaults(const std::function<std::size_t(const char*)>& said, options& to) {
  const auto what = to.what;
  const bool large = what == scenario::search || what == scenario::scale || what == scenario::memory ||
                     what == scenario::start;
  if (said("--households") == 0) {
    if (!to.url.empty())
      to.households = clients_there;
    else if (large)
      to.households = large_house;
    else if (what == scenario::invitation)
      to.households = campaign_households;
  }
  if (what == scenario::search && said("--connections") == 0) {
    to.connections = searchers;
    if (said("--rate") == 0) to.rate = letters_per_second;
  }
  if (what == scenario::overload && said("--connections") == 0) to.connections = crowd;
  if (!to.url.empty() || (what != scenario::rush && what != scenario::wallet)) to.with_pgbench = false;
}

std::string contradiction(const std::function<std::size_t(const char*)>& said, const options& wanted) {
  if (wanted.duration < std::chrono::milliseconds{100}) return "--duration: at least 100ms";
  if (wanted.what == scenario::invitation && wanted.keep_data && wanted.url.empty())
    return "invitation changes the data that it was given: not with --keep-data";
  if (!wanted.plot_file.empty() && !wanted.with_pgbench)
    return "--plot shows a rush on an own server beside pgbench";
  if (!wanted.plot_file.empty() && wanted.what != scenario::rush) return "--plot is of rush only";
  if (wanted.url.empty()) {
    for (const char* option : {"--token", "--tokens", "--accounts", "--org", "--shop", "--offer",
                               "--household", "--metrics", "--server-pid", "--postgresql-pid"})
      if (said(option) > 0) return std::string{option} + " needs --url";
  } else if (auto error = contradiction_elsewhere(said, wanted); !error.empty()) {
    return error;
  }
  for (const auto& [option, path] :
       {std::pair{"--json", wanted.json_file}, std::pair{"--html", wanted.html_file},
        std::pair{"--plot", wanted.plot_file}})
    if (auto error = cannot_write(option, path); !error.empty()) return error;
  return {};
}

std::string read_tokens(const std::string& path, std::vector<std::string>& to) {
  return read_lines("--tokens", path, [&](std::string& line) {
    to.push_back(std::move(line));
    return std::string{};
  });
}

std::string read_accounts(const std::string& path, std::vector<login_pair>& to) {
  return read_lines("--accounts", path, [&](const std::string& line) {
    const auto blank = line.find_first_of(" \t");
    if (blank == std::string::npos) return "\"" + line + "\" is not `LOGIN PASSWORD`";
    // A password may have blanks within.
    const auto password = line.find_first_not_of(" \t", blank);
    to.push_back({line.substr(0, blank), line.substr(password)});
    return std::string{};
  });
}

} // namespace foyer::bench
