#include "bench/hindrance.hpp"
#include "bench/options.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <unistd.h>

using namespace foyer::bench;
using namespace std::chrono_literals;

namespace {

// Parses with both streams captured, so that a test's output stays readable.
struct parsed {
  command_line line;
  std::string output, errors;
};

parsed parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "foyer-bench");
  std::ostringstream output, errors;
  auto* old_output = std::cout.rdbuf(output.rdbuf());
  auto* old_errors = std::cerr.rdbuf(errors.rdbuf());
  parsed out;
  out.line = parse_command_line(static_cast<int>(arguments.size()), arguments.data());
  std::cout.rdbuf(old_output);
  std::cerr.rdbuf(old_errors);
  out.output = output.str();
  out.errors = errors.str();
  return out;
}

void check_misuse(const std::vector<const char*>& arguments, const std::string& says) {
  const auto result = parse(arguments);
  CAPTURE(result.errors);
  CHECK_FALSE(result.line.parsed);
  CHECK(result.line.exit_status == 2);
  CHECK(result.errors.find(says) != std::string::npos);
}

const char* const token = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

} // namespace

TEST_CASE("bench options: a scenario alone has the defaults") {
  const auto result = parse({"rush"});
  REQUIRE(result.line.parsed);
  const auto& got = *result.line.parsed;
  CHECK(got.what == scenario::rush);
  CHECK(got.connections == 64);
  CHECK(got.duration == 10s);
  CHECK(got.warm_up == 2s);
  CHECK(got.with_pgbench);
  CHECK(got.url.empty());
}

TEST_CASE("bench options: everything can be said") {
  const auto result =
      parse({"wallet", "--connections", "8", "--duration", "500ms", "--warm-up", "0s", "--households", "7",
             "--seed", "42", "--no-pgbench", "--repeats", "1", "--json", "out.json"});
  REQUIRE(result.line.parsed);
  const auto& got = *result.line.parsed;
  CHECK(got.what == scenario::wallet);
  CHECK(got.connections == 8);
  CHECK(got.duration == 500ms);
  CHECK(got.warm_up == 0s);
  CHECK(got.households == 7);
  CHECK(got.seed == 42);
  CHECK_FALSE(got.with_pgbench);
  CHECK(got.json_file == "out.json");
}

TEST_CASE("bench options: scenarios of a large house begin with one") {
  const auto search = parse({"search"});
  REQUIRE(search.line.parsed);
  CHECK(search.line.parsed->households == 1'000'000);
  CHECK(search.line.parsed->rate == 40);
  CHECK(parse({"search", "--connections", "2"}).line.parsed->rate == 0);
  CHECK_FALSE(search.line.parsed->with_pgbench);
  CHECK(parse({"start", "--households", "300"}).line.parsed->households == 300);
  CHECK(parse({"overload"}).line.parsed->connections > 1'024);
  CHECK(parse({"overload", "--connections", "9"}).line.parsed->connections == 9);
  CHECK(parse({"rush", "--plot", "rush.svg"}).line.parsed->plot_file == "rush.svg");
  check_misuse({"read", "--plot", "x.svg"}, "--plot");
  check_misuse({"rush", "--plot", "x.svg", "--no-pgbench"}, "--plot");
}

TEST_CASE("bench options: help and version are no misuse") {
  auto result = parse({"--help"});
  CHECK(result.line.exit_status == 0);
  CHECK_FALSE(result.line.parsed);
  CHECK(result.output.find("--connections") != std::string::npos);
  result = parse({"--version"});
  CHECK(result.line.exit_status == 0);
  CHECK(result.output.find("foyer-bench ") == 0);
}

TEST_CASE("bench options: misuse is named and has status 2") {
  check_misuse({}, "scenario");
  check_misuse({"logins"}, "did you mean \"login\"?");
  check_misuse({"everything"}, "there are rush wallet");
  check_misuse({"rush", "--conections", "3"}, "did you mean \"--connections\"?");
  check_misuse({"scale", "--url", "http://h", "--token", token, "--org", "o"}, "server of its own");
  check_misuse({"rush", "--html", "/nowhere/report.html"}, "--html: cannot write /nowhere/report.html");
  check_misuse({"rush", "--rate", "-1"}, "--rate");
  check_misuse({"rush", "--connections", "0"}, "connections");
  check_misuse({"rush", "--connections", "many"}, "connections");
  check_misuse({"rush", "--duration", "10"}, "--duration: 10");
  check_misuse({"rush", "--duration", "1ms"}, "at least 100ms");
  check_misuse({"rush", "--warm-up", "-2s"}, "--warm-up");
  check_misuse({"rush", "--households", "0"}, "households");
  check_misuse({"rush", "--no-such-option"}, "no-such-option");
  check_misuse({"rush", "--foyer", "/nowhere/foyer"}, "/nowhere/foyer");
  check_misuse({"rush", "--token", token}, "--token needs --url");
  check_misuse({"rush", "--offer", "x"}, "--offer needs --url");
}

TEST_CASE("bench options: another server needs tokens, its organisation, and an offer to buy") {
  const char* url = "http://127.0.0.1:8080";
  check_misuse({"read", "--url", url}, "--token");
  check_misuse({"read", "--url", "https://x", "--token", token, "--org", "demo"}, "not http://");
  check_misuse({"read", "--url", url, "--token", "short", "--org", "demo"}, "20 or more characters");
  check_misuse({"read", "--url", url, "--token", token}, "--org");
  check_misuse({"read", "--url", url, "--token", token, "--org", "demo", "--households", "50000"},
               "--households: at most 20000");
  check_misuse({"read", "--url", url, "--token", token, "--org", "demo", "--data", "/tmp"}, "--data");
  check_misuse({"read", "--accounts", "/dev/null"}, "--accounts needs --url");
  check_misuse({"read", "--url", url, "--token", token, "--org", "demo", "--server-pid", "999999999"},
               "--server-pid: there is no process");
  const auto result = parse({"read", "--url", url, "--token", token, "--token", token, "--org", "demo"});
  REQUIRE(result.line.parsed);
  CHECK(result.line.parsed->tokens.size() == 2);
  CHECK_FALSE(result.line.parsed->with_pgbench);
  CHECK(result.line.parsed->households == 200);
  CHECK(result.line.parsed->typed.find(token) == std::string::npos);
  CHECK(result.line.parsed->typed.starts_with("foyer-bench read --url http://127.0.0.1:8080 --token"));
  for (const char* alone : {"registration"}) CHECK(parse({alone, "--url", url, "--org", "demo"}).line.parsed);
}

TEST_CASE("bench options: accounts are a login and a password a line") {
  const auto path = "/tmp/foyer-bench-accounts-" + std::to_string(getpid());
  std::ofstream{path} << "ann@x.example  a pass phrase\r\n\nbob secret\n";
  const auto result = parse({"login", "--url", "http://h", "--org", "o", "--accounts", path.c_str()});
  REQUIRE(result.line.parsed);
  REQUIRE(result.line.parsed->accounts.size() == 2);
  CHECK(result.line.parsed->accounts[0].password == "a pass phrase");
  std::ofstream{path} << "ann@x.example\n";
  check_misuse({"login", "--url", "http://h", "--org", "o", "--accounts", path.c_str()}, "LOGIN PASSWORD");
  std::remove(path.c_str());
}

TEST_CASE("bench hindrances: an answer names the setting that stands in the way") {
  CHECK(hindrance_of(429, R"({"status":429,"code":"rate_limited"})").find("security.throttling") !=
        std::string::npos);
  CHECK(hindrance_of(400, R"({"code":"host_refused"})").find("server.allowed_hosts") != std::string::npos);
  CHECK(hindrance_of(503, "").find("http.in_flight_max") != std::string::npos);
  CHECK(hindrance_of(500, "{}").empty());
  CHECK(code_in(R"({"code":"sold_out"})") == "sold_out");
  CHECK(code_in(R"({"code":"sold)").empty());
}

TEST_CASE("bench options: addresses of servers") {
  const auto plain = parse_server_url("http://127.0.0.1:8080/");
  REQUIRE(plain);
  CHECK(plain->host == "127.0.0.1");
  CHECK(plain->port == 8080);
  CHECK(plain->host_header == "127.0.0.1:8080");
  const auto named = parse_server_url("http://localhost");
  REQUIRE(named);
  CHECK(named->port == 80);
  const auto six = parse_server_url("http://[::1]:81");
  REQUIRE(six);
  CHECK(six->host == "::1");
  CHECK(six->port == 81);
  CHECK(six->host_header == "[::1]:81");
  for (const char* bad : {"", "http://", "https://a", "http://a:0", "http://a:70000", "http://a:b",
                          "http://a/b", "http://u@a", "http://:80", "a:80"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_server_url(bad));
  }
}
