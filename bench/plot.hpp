#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foyer::bench {

// A line chart as inline SVG, its colours left to the style of the page that holds it.

struct plot_point {
  double x = 0;
  double y = 0;
};

struct plot_series {
  std::string name;
  int colour = 1; // 1 to 5, the style's
  bool dashed = false;
  std::vector<std::vector<plot_point>> lines; // one for each repeat
};

struct plot {
  std::string title;
  std::string y_unit;
  std::string x_unit;
  std::vector<plot_series> series;
  bool log_y = false; // points at or below 0 are left out
  // Empty: round numbers.
  std::vector<std::pair<double, std::string>> x_ticks;
  // Of charts over time: grey before 0, which is the warm-up, and at least from there to here.
  std::optional<double> until;
};

// A <figure> with title, chart and legend. Empty when there is no point to show.
std::string to_figure(const plot& of);

// Round numbers that divide a range into `wanted` parts or so, from <= low to >= high.
std::vector<double> round_ticks(double low, double high, std::size_t wanted);

// For an axis: "250", "12.5k", "1.2M".
std::string short_number(double value);

} // namespace foyer::bench
