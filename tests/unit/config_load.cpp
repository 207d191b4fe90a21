#include "config/load.hpp"
#include "config/print.hpp"
#include "config/schema.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <unistd.h>

using namespace foyer::config;

namespace {

/// A configuration file that lives as long as the test.
class file_with {
public:
  explicit file_with(const std::string& text) {
    char name[] = "/tmp/foyer-config-XXXXXX";
    const int fd = ::mkstemp(name);
    REQUIRE(fd >= 0);
    ::close(fd);
    path_ = name;
    std::ofstream{path_} << text;
  }
  ~file_with() { std::filesystem::remove(path_); }

  loaded load(std::vector<std::pair<std::string, std::string>> environment = {},
              std::vector<std::pair<std::string, std::string>> flags = {}) const {
    return foyer::config::load({path_, std::move(environment), std::move(flags)});
  }
  std::string line(int number) const { return path_.string() + ":" + std::to_string(number); }

private:
  std::filesystem::path path_;
};

} // namespace

TEST_CASE("later sources win: defaults, file, environment, flags") {
  const file_with file{"[server]\nlisten = \"127.0.0.1:1\"\nthreads = 3\n[log]\nformat = \"json\"\n"};
  const auto all =
      file.load({{"FOYER_SERVER__LISTEN", "127.0.0.1:2"}, {"FOYER_MAIL__WORKERS", "7"}, {"HOME", "/"}},
                {{"server.listen", "127.0.0.1:3"}});
  REQUIRE(all.problems.empty());
  CHECK(all.value.server.listen == "127.0.0.1:3");
  CHECK(all.value.server.threads == 3);
  CHECK(all.value.mail.workers == 7);
  CHECK(all.value.log.format == log_format::json);
  CHECK(all.value.orders.card_expires_after == 15min);
  CHECK(all.origins.at("server.listen") == "flag server.listen");
  CHECK(all.origins.at("server.threads") == file.line(3));
}

TEST_CASE("an unknown key names its line and the nearest known key") {
  const file_with file{"[server]\nlisen = \"127.0.0.1:1\"\n\n[mial]\nworkers = 2\n"};
  const auto all = file.load({{"FOYER_LOG__LEVLE", "info"}}, {{"data.dri", "/tmp"}});
  REQUIRE(all.problems.size() == 4);
  CHECK(all.problems[0].where == file.line(2));
  CHECK(all.problems[0].message == "unknown key server.lisen; did you mean server.listen?");
  CHECK(all.problems[1].where == file.line(4));
  CHECK(all.problems[1].message == "unknown section [mial]; did you mean mail?");
  CHECK(all.problems[2].where == "environment FOYER_LOG__LEVLE");
  CHECK(all.problems[2].message == "unknown key; did you mean FOYER_LOG__LEVEL?");
  CHECK(all.problems[3].message == "unknown key; did you mean data.dir?");
}

TEST_CASE("a bad value names its line, and every one is reported") {
  const file_with file{"[server]\nlisten = \"nowhere\"\nthreads = \"two\"\nallowed_hosts = [\"a\", 3]\n"
                       "[mail]\nlease = \"5 minutes\"\nworkers = 0\nstarttls = \"maybe\"\n"
                       "[data]\ndemo = 2026-01-01\n[security]\nthrottling = \"no\"\n"};
  const auto all = file.load();
  CHECK(all.problems.size() == 8);
  const auto at = [&](int number) {
    for (const auto& problem : all.problems)
      if (problem.where == file.line(number)) return problem.message;
    return std::string{};
  };
  CHECK(at(2) == "server.listen must be an address and a port, such as 127.0.0.1:8080 or [::1]:8080");
  CHECK(at(3) == "server.threads must be a whole number");
  CHECK(at(6) == "mail.lease must be a duration such as \"24h\", \"90s\", \"250ms\" or \"14d\"");
  CHECK(at(7) == "mail.workers must be between 1 and 64");
  CHECK(at(8) == "mail.starttls must be one of required, opportunistic, off");
  CHECK(at(10) == "data.demo must be true or false");
}

TEST_CASE("a file that is no TOML names the line; a missing one is no silence") {
  const file_with file{"[server]\nlisten = \n"};
  REQUIRE(file.load().problems.size() == 1);
  CHECK(file.load().problems[0].where == file.line(2));
  CHECK(load({"/nowhere/foyer.toml", {}, {}}).problems.at(0).message == "cannot be read");
  CHECK(load({"/tmp", {}, {}}).problems.at(0).message == "cannot be read");
  CHECK(file_with{""}.load().problems.empty());
}

TEST_CASE("without a public address the server is reached where it listens") {
  CHECK(load({{}, {}, {{"server.listen", "0.0.0.0:9000"}}}).value.server.public_url ==
        "http://127.0.0.1:9000");
  CHECK(load({{}, {}, {{"server.listen", "[::1]:9000"}}}).value.server.public_url == "http://[::1]:9000");
  CHECK(load({{}, {}, {{"server.listen", "0.0.0.0:9000"}, {"server.public_url", "https://a.example/"}}})
            .value.server.public_url == "https://a.example");
}

TEST_CASE("keys that belong together are checked together") {
  const file_with file{"[server]\ntls_certificate = \"a.pem\"\n[mail]\ndkim_domain = \"example.org\"\n"};
  const auto all = file.load();
  REQUIRE(all.problems.size() == 2);
  CHECK(all.problems[0].where == file.line(2));
  CHECK(all.problems[1].where == file.line(4));
}

TEST_CASE("proxies are addresses or networks, and hosts are hosts") {
  const file_with file{"[server]\ntrusted_proxies = [\"10.0.0.0/8\", \"2001:db8::/32\", \"192.0.2.7\"]\n"
                       "allowed_hosts = [\"tickets.example.org\", \"tickets.example.org:8443\"]\n"};
  CHECK(file.load().problems.empty());
  for (const auto* wrong :
       {"banana", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "2001:db8::/129", "10.0.0.1/8x", ""}) {
    const file_with other{std::string{"[server]\ntrusted_proxies = [\""} + wrong + "\"]\n"};
    CAPTURE(wrong);
    REQUIRE(other.load().problems.size() == 1);
    CHECK(other.load().problems[0].where == other.line(2));
  }
  const file_with host{"[server]\nallowed_hosts = [\"https://tickets.example.org\"]\n"};
  REQUIRE(host.load().problems.size() == 1);
  CHECK(host.load().problems[0].where == host.line(2));
}

TEST_CASE("the printed configuration hides secrets and can be read again") {
  const file_with file{
      "[database]\nurl = \"postgresql://foyer:verysecret@db/foyer\"\n[mail]\nlease = \"7m\"\n"};
  const auto all = file.load();
  REQUIRE(all.problems.empty());
  for (const auto& text : {as_toml(all), as_json(all)}) {
    CHECK(text.find("verysecret") == std::string::npos);
    CHECK(text.find("(hidden)") != std::string::npos);
  }
  const auto again = file_with{reference()}.load();
  CHECK(again.problems.empty());
  CHECK(again.origins.size() == schema().size());
  for (const auto& key : schema()) CHECK(value_as_toml(key, again.value) == value_as_toml(key, settings{}));
}
