#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::bench {

// One figure of two runs, a value for each repeat.
struct compared {
  std::string name;
  bool more_is_better = false;
  std::vector<double> a;
  std::vector<double> b;

  // Median of B over median of A. None without values, or when A's is 0.
  std::optional<double> ratio() const;
  // The lowest and the highest ratio of any repeat of B to any of A: how far the repeats alone spread it.
  // None when one side has fewer than two repeats.
  struct spread {
    double low = 0;
    double high = 0;
  };
  std::optional<spread> noise() const;
};

enum class verdict { better, worse, within_noise, unknown };

// within_noise when some repeat of B was no better and some no worse than one of A. unknown: too few repeats.
verdict verdict_of(const compared& what);

// How likely it is that repeats of two equal programs come out so that all of one are above all of the other,
// 0 to 1.
double chance_of_separation(std::size_t repeats_a, std::size_t repeats_b);

// The table of two files that `--json` wrote. Throws failure when one is no such file or they are of
// different scenarios.
void compare(const std::string& file_a, const std::string& file_b, std::ostream& to);

// `foyer-bench compare A.json B.json`: what comes after the name of the program. Exit status as OPERATIONS.md
// has it.
int run_compare(int argc, const char* const* argv);

} // namespace foyer::bench
