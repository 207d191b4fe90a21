#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

// Which room may include which (ARCHITECTURE.md, "Rooms"), and what must stay out of which.

namespace {

namespace fs = std::filesystem;

struct source {
  std::string path; // from the root of the project
  std::vector<std::string> includes;
};

std::vector<source> sources_of(const std::string& room) {
  std::vector<source> found;
  for (const auto& entry : fs::recursive_directory_iterator{fs::path{FOYER_SOURCE_DIR} / room}) {
    const auto extension = entry.path().extension();
    if (extension != ".cpp" && extension != ".hpp") continue;
    source one{fs::relative(entry.path(), FOYER_SOURCE_DIR).string(), {}};
    std::ifstream in{entry.path()};
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("#include ")) continue;
      const auto begin = line.find_first_of("\"<", 8);
      const auto end = line.find_first_of("\">", begin + 1);
      if (begin != std::string::npos && end != std::string::npos)
        one.includes.push_back(line.substr(begin + 1, end - begin - 1));
    }
    found.push_back(std::move(one));
  }
  return found;
}

std::string first_folder(const std::string& path) {
  return path.substr(0, path.find('/'));
}

const std::map<std::string, std::set<std::string>> allowed{
    {"config", {"config"}},
    {"actors", {"actors", "config"}},
    {"storage", {"storage", "actors", "config"}},
    {"mail", {"mail", "actors", "config"}},
    {"papers", {"papers", "mail", "actors"}}, // of mail/ how it writes sums and dates
    {"http", {"http", "papers", "actors", "config"}},
    {"demo", {"demo", "actors"}},
};
const std::set<std::string> rooms{"config", "actors", "storage", "mail", "http",
                                  "cli",    "bench",  "tests",   "demo", "papers"};

bool is_pure(const std::string& path) {
  // actors/<entity>/<entity>.{hpp,cpp}, and the pure half of the checkout.
  const fs::path file{path};
  const auto stem = file.stem().string();
  const auto folder = file.parent_path().filename().string();
  // The checkout is a coroutine and the deadlines are one timer: neither has a state that it decides on.
  if (folder == "commit") return true; // rows
  if (folder == "merge") return false; // a coroutine too: what it asks for is decided by the entities
  if (folder == "checkout" || folder == "deadlines") return stem == "pricing" || stem == "build";
  return stem == folder || stem == "entity_step" || stem == "commit";
}

} // namespace

TEST_CASE("arrows between rooms point inwards") {
  for (const auto& [room, may] : allowed) {
    for (const auto& one : sources_of(room)) {
      for (const auto& include : one.includes) {
        const auto target = first_folder(include);
        if (include.find('/') == std::string::npos || !rooms.contains(target)) continue;
        INFO(one.path << " includes " << include << ": " << room << "/ may only include its inner rooms");
        CHECK(may.contains(target));
      }
    }
  }
}

TEST_CASE("actors know no SQL and no HTTP, and only shells know CAF") {
  for (const auto& one : sources_of("actors")) {
    for (const auto& include : one.includes) {
      INFO(one.path << " includes " << include);
      CHECK_FALSE(include.starts_with("libpq"));
      CHECK_FALSE(include.starts_with("boost/beast"));
      if (is_pure(one.path)) {
        CHECK_FALSE(include.starts_with("caf/"));
        CHECK_FALSE(include.starts_with("boost/asio"));
      }
    }
  }
}

TEST_CASE("Beast stays in the server, CAF in actors and wiring") {
  for (const auto* room : {"http", "storage", "mail", "config"}) {
    for (const auto& one : sources_of(room)) {
      for (const auto& include : one.includes) {
        INFO(one.path << " includes " << include);
        if (!one.path.starts_with("http/server/")) CHECK_FALSE(include.starts_with("boost/beast"));
        CHECK(include != "caf/all.hpp");
        CHECK_FALSE((one.path.ends_with(".hpp") && include.starts_with("caf/")));
      }
    }
  }
}

TEST_CASE("no file grows without end, no header of ours is included by a relative path") {
  for (const auto& room : rooms) {
    if (!fs::exists(fs::path{FOYER_SOURCE_DIR} / room)) continue;
    for (const auto& one : sources_of(room)) {
      std::ifstream in{fs::path{FOYER_SOURCE_DIR} / one.path};
      std::size_t lines = 0;
      for (std::string line; std::getline(in, line);) ++lines;
      INFO(one.path << " has " << lines << " lines");
      CHECK(lines <= (room == "tests" ? 460 : 400)); // tests that are tables may be longer
      for (const auto& include : one.includes) {
        INFO(one.path << " includes " << include);
        CHECK_FALSE(include.starts_with(".."));
      }
    }
  }
}
