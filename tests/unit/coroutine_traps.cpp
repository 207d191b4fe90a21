#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

// GCC 12 compiles some expressions around co_await wrongly and without a word. Each of these was seen to
// crash or to destroy a value twice, so none may stand in the source. The remedy is always the same: a named
// variable first, or an `if` of its own.

namespace {

namespace fs = std::filesystem;

const fs::path root = fs::path(__FILE__).parent_path().parent_path().parent_path();

std::string without_comments(const std::string& source) {
  static const std::regex comment(R"(//[^\n]*)");
  return std::regex_replace(source, comment, "");
}

/// "path:line: text" of each match.
std::string matches(const std::regex& wanted) {
  std::string found;
  for (const char* room : {"actors", "cli", "http", "mail", "storage", "bench", "demo"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      std::ifstream file(entry.path());
      const auto source = without_comments({std::istreambuf_iterator<char>(file), {}});
      for (auto at = std::sregex_iterator(source.begin(), source.end(), wanted); at != std::sregex_iterator();
           ++at) {
        const auto line = 1 + std::count(source.begin(), source.begin() + at->position(), '\n');
        found +=
            fs::relative(entry.path(), root).string() + ":" + std::to_string(line) + ": " + at->str() + "\n";
      }
    }
  }
  return found;
}

} // namespace

TEST_CASE("no co_await is evaluated only sometimes within an expression") {
  CHECK(matches(std::regex(R"((&&|\|\||\?)\s*!?\(?\s*co_await\b)")) == "");
  CHECK(matches(std::regex(R"(\?[^;{}]*[^:]:\s*!?\(?\s*co_await\b)")) == "");
}

TEST_CASE("no call that is awaited takes a temporary aggregate") {
  // "co_await f({...})" and "co_await f(x, {...})"; a named type before the brace is for the reader to see.
  CHECK(matches(std::regex(R"(co_await\s+[A-Za-z_:>.\-]+\((?:[^;()\[\]]*,\s*)?\{[^}]*[^}\s][^}]*\})")) == "");
}
