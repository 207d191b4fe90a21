#include "bench/plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace foyer::bench {

namespace {

// In the units of the chart, which are about pixels on a phone. Letters keep a readable size there, because
// wider screens get more charts in a row instead of larger ones.
constexpr double width = 360, height = 230;
constexpr double left = 44, right = 336, top = 22, bottom = 196;

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

struct range {
  double low = std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::lowest();

  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

class drawing {
public:
  explicit drawing(const plot& of);

  bool empty() const { return x_.empty(); }
  std::string svg() const;

private:
  bool shown(const plot_point& point) const { return !of_.log_y || point.y > 0; }
  double x_at(double value) const;
  double y_at(double value) const;
  void axes(std::string& to) const;
  void lines(std::string& to) const;

  const plot& of_;
  range x_, y_;
  std::vector<double> y_ticks_;
};

drawing::drawing(const plot& of) : of_{of} {
  for (const auto& series : of.series)
    for (const auto& line : series.lines)
      for (const auto& point : line)
        if (shown(point)) {
          x_.add(point.x);
          y_.add(point.y);
        }
  if (empty()) return;
  for (const auto& [value, text] : of.x_ticks) x_.add(value);
  if (of.log_y) {
    y_.low = std::pow(10, std::floor(std::log10(y_.low)));
    y_.high = std::pow(10, std::ceil(std::log10(y_.high)));
    if (y_.high <= y_.low) y_.high = y_.low * 10;
    for (double value = y_.low; value <= y_.high * 1.001; value *= 10) y_ticks_.push_back(value);
  } else {
    y_ticks_ = round_ticks(0, y_.high > 0 ? y_.high : 1, 5);
    y_ = {0, y_ticks_.back()};
  }
  if (x_.high <= x_.low) x_.high = x_.low + 1;
}

double drawing::x_at(double value) const {
  return left + (right - left) * (value - x_.low) / (x_.high - x_.low);
}

double drawing::y_at(double value) const {
  const double part = of_.log_y ? std::log(value / y_.low) / std::log(y_.high / y_.low)
                                : (value - y_.low) / (y_.high - y_.low);
  return bottom - (bottom - top) * part;
}

void drawing::axes(std::string& to) const {
  if (of_.grey_before_zero && x_.low < 0)
    to += format(R"(<rect class="warm" x="%.1f" y="%.0f" width="%.1f" height="%.0f"/>)", left, top,
                 std::min(x_at(0), right) - left, bottom - top);
  for (const auto value : y_ticks_)
    to += format(R"(<path class="grid" d="M%.0f %.1fH%.0f"/><text x="%.0f" y="%.1f" class="end">%s</text>)",
                 left, y_at(value), right, left - 5, y_at(value) + 4, short_number(value).c_str());
  auto x_ticks = of_.x_ticks;
  if (x_ticks.empty())
    for (const auto value : round_ticks(x_.low, x_.high, 6))
      if (value >= x_.low && value <= x_.high) x_ticks.emplace_back(value, short_number(value));
  for (const auto& [value, text] : x_ticks)
    to += format(R"(<path class="grid" d="M%.1f %.0fv4"/><text x="%.1f" y="%.0f" class="mid">%s</text>)",
                 x_at(value), bottom, x_at(value), bottom + 17, html_escaped(text).c_str());
  to += format(R"(<text x="2" y="12">%s</text><text x="%.0f" y="%.0f" class="end">%s</text>)",
               html_escaped(of_.y_unit).c_str(), right, height - 2, html_escaped(of_.x_unit).c_str());
}

void drawing::lines(std::string& to) const {
  for (const auto& series : of_.series)
    for (const auto& line : series.lines) {
      std::string path;
      for (const auto& point : line)
        if (shown(point))
          path += format("%s%.1f %.1f", path.empty() ? "M" : "L", x_at(point.x), y_at(point.y));
      // A single point would be an invisible line.
      if (path.find('L') == std::string::npos && !path.empty()) path += "h2";
      if (!path.empty())
        to += format(R"(<path class="line c%d%s" d=")", series.colour, series.dashed ? " dashed" : "") +
              path + R"("/>)";
    }
}

std::string drawing::svg() const {
  std::string out = format(R"(<svg viewBox="0 0 %.0f %.0f" role="img" aria-label=")", width, height);
  out += html_escaped(of_.title) + "\">";
  axes(out);
  lines(out);
  return out + "</svg>";
}

} // namespace

std::string to_figure(const plot& of) {
  const drawing chart{of};
  if (chart.empty()) return {};
  std::string out = "<figure><figcaption>" + html_escaped(of.title) + "</figcaption>" + chart.svg() + "<ul>";
  for (const auto& series : of.series)
    if (!series.lines.empty())
      out += format(R"(<li class="c%d%s">)", series.colour, series.dashed ? " dashed" : "") +
             html_escaped(series.name) + "</li>";
  return out + "</ul></figure>\n";
}

std::vector<double> round_ticks(double low, double high, std::size_t wanted) {
  if (!(high > low) || wanted == 0) return {low};
  const double rough = (high - low) / static_cast<double>(wanted);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = power * 10;
  for (const double factor : {1.0, 2.0, 5.0})
    if (power * factor >= rough) {
      step = power * factor;
      break;
    }
  std::vector<double> out;
  const double first = std::floor(low / step + 1e-9);
  const double last = std::ceil(high / step - 1e-9);
  for (double number = first; number <= last; ++number) out.push_back(number * step);
  return out;
}

std::string short_number(double value) {
  if (std::abs(value) >= 1e6) return format("%.4gM", value / 1e6);
  if (std::abs(value) >= 1e4) return format("%.4gk", value / 1e3);
  return format("%.4g", value);
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&quot;"; break;
    default: out += c;
    }
  }
  return out;
}

} // namespace foyer::bench
