#include "bench/plot.hpp"

#include "actors/vocabulary/encode.hpp"
#include "bench/figure_text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace foyer::bench {

namespace {

// In the units of the chart, which are about pixels on a phone. Letters keep a readable size there, because
// wider screens get more charts in a row instead of larger ones.
constexpr double width = 360, height = 234;
constexpr double left = 44, right = 336, top = 22, bottom = 196;

struct range {
  double low = std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::lowest();

  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

// 1, 2 and 5 of each power of ten around a range; only the powers when those would be too many.
std::vector<double> log_ticks(double low, double high) {
  std::vector<double> out;
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  const bool few = last - first <= 2;
  for (int power = first; power <= last; ++power)
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor > 1 && (!few || power == last)) continue;
      out.push_back(factor * std::pow(10, power));
    }
  // What lies between the outermost two ticks on either side need not be shown.
  while (out.size() > 2 && out[1] <= low) out.erase(out.begin());
  while (out.size() > 2 && out[out.size() - 2] >= high) out.pop_back();
  if (out.size() < 2) out.push_back(out.front() * 10);
  return out;
}

class drawing {
public:
  explicit drawing(const plot& of);

  bool empty() const { return x_.empty(); }
  std::string svg() const;

private:
  bool shown(const plot_point& point) const { return !of_.log_y || point.y > 0; }
  double x_at(double value) const;
  double y_at(double value) const;
  std::string y_text(double value) const;
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
  if (of.until) {
    x_.add(0);
    x_.add(*of.until);
  }
  if (of.log_y) {
    y_ticks_ = log_ticks(y_.low, y_.high);
    y_ = {y_ticks_.front(), y_ticks_.back()};
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

// One unit for all ticks of an axis from 0: 0, 5k, 10k rather than 0, 5000, 10k.
std::string drawing::y_text(double value) const {
  if (!of_.log_y && y_.high >= 1e4 && y_.high < 1e6 && value > 0) return format("%.4gk", value / 1e3);
  return short_number(value);
}

void drawing::axes(std::string& to) const {
  if (of_.until && x_.low < 0)
    to += format(R"(<rect class="warm" x="%.1f" y="%.0f" width="%.1f" height="%.0f"/>)", left, top,
                 std::min(x_at(0), right) - left, bottom - top);
  for (const auto value : y_ticks_)
    to += format(R"(<path class="grid" d="M%.0f %.1fH%.0f"/><text x="%.0f" y="%.1f" class="end">%s</text>)",
                 left, y_at(value), right, left - 5, y_at(value) + 4, y_text(value).c_str());
  auto x_ticks = of_.x_ticks;
  if (x_ticks.empty())
    for (const auto value : round_ticks(x_.low, x_.high, 6))
      if (value >= x_.low && value <= x_.high) x_ticks.emplace_back(value, short_number(value));
  for (const auto& [value, text] : x_ticks)
    to += format(R"(<path class="grid" d="M%.1f %.0fV%.0f"/><text x="%.1f" y="%.0f" class="mid">%s</text>)",
                 x_at(value), top, bottom + 4, x_at(value), bottom + 17, html_escaped(text).c_str());
  to += format(R"(<text x="2" y="12">%s</text><text x="%.0f" y="%.0f" class="end">%s</text>)",
               html_escaped(of_.y_unit).c_str(), right, height - 4, html_escaped(of_.x_unit).c_str());
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

} // namespace foyer::bench
