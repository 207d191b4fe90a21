#include "tests/fuzz/targets.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <random>

using foyer::fuzz::target;

// The fuzz targets without a fuzzer: their seeds, every prefix of them, and mutations. FOYER_SEED=n changes
// the mutations, FOYER_SEEDS=n says how many of each seed.

namespace {

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const auto* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What parsers stumble over.
constexpr std::string_view pieces[] = {"\r\n",
                                       "\n",
                                       std::string_view{"\0", 1},
                                       "\"",
                                       "'",
                                       "\\",
                                       "{",
                                       "}",
                                       "[",
                                       "]",
                                       ",",
                                       ":",
                                       ";",
                                       "=",
                                       "%00",
                                       "%2e",
                                       "..",
                                       "\xC3\xA9",
                                       "\xC3",
                                       "\xF0\x9F\x8E\xAD",
                                       "\xEF\xBB\xBF",
                                       "\xED\xA0\x80",
                                       "\t",
                                       " ",
                                       "-1",
                                       "1e400",
                                       "9223372036854775808",
                                       "0x10",
                                       "@",
                                       "<",
                                       ">",
                                       "chunked",
                                       "ffffffffffffffff",
                                       "null"};

std::string mutated(std::string_view seed, std::mt19937_64& dice) {
  std::string out{seed};
  const auto below = [&](std::size_t count) { return static_cast<std::size_t>(dice() % count); };
  for (auto changes = 1 + below(4); changes > 0; --changes) {
    const auto at = below(out.size() + 1);
    switch (below(5)) {
    case 0: out.insert(at, pieces[below(std::size(pieces))]); break;
    case 1: out.erase(at, 1 + below(8)); break;
    case 2:
      if (at < out.size()) out[at] = static_cast<char>(dice());
      break;
    case 3: out.insert(at, out.substr(below(out.size() + 1), below(32))); break;
    default: out.resize(at); break;
    }
  }
  return out;
}

} // namespace

TEST_CASE("fuzz: no parser breaks on its seeds, on what is left of them, or on what they become") {
  const auto seed = number_of("FOYER_SEED", 1);
  const auto rounds = number_of("FOYER_SEEDS", 1'000);
  for (const auto& each : foyer::fuzz::targets()) {
    INFO(each.name << ", FOYER_SEED=" << seed);
    std::mt19937_64 dice{seed};
    each.read({});
    for (const auto text : each.seeds) {
      for (std::size_t size = 0; size <= text.size(); ++size) each.read(text.substr(0, size));
      for (std::uint64_t i = 0; i < rounds; ++i) each.read(mutated(text, dice));
    }
  }
  SUCCEED();
}
