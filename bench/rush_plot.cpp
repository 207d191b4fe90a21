#include "bench/rush_plot.hpp"

#include "actors/vocabulary/encode.hpp"
#include "bench/figure_text.hpp"

#include <algorithm>

namespace foyer::bench {

namespace {

constexpr double width = 760, height = 214;
constexpr double bars_left = 150, bars_right = 590;
constexpr double bar_height = 44;

// Alone, the picture can't know the page: it follows the reader's system, as the pages that show it mostly
// do, and letters and bars are of a middle tone that can be read on both.
constexpr const char* style = R"(<style>
text{font:15px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#59636e}
.title{font-size:17px;font-weight:600}.value{font-size:20px;font-weight:600}.small{font-size:12.5px}
.ours{fill:#2f7fd8}.theirs{fill:#8b949e}.spread{stroke:#59636e;stroke-width:1.5;fill:none}
@media(prefers-color-scheme:dark){text{fill:#9aa4af}.title,.value{fill:#e6edf3}.spread{stroke:#e6edf3}}
@media(prefers-color-scheme:light){.title,.value{fill:#1f2328}}
</style>
)";

struct bar {
  std::string name, detail;
  const char* colour;
  std::vector<double> speeds;
};

// With a whisker from the slowest to the fastest repeat.
void draw(std::string& to, const bar& of, double top, double most) {
  const auto at = [&](double value) { return bars_left + (bars_right - bars_left) * value / most; };
  const double middle = top + bar_height / 2, end = at(median(of.speeds));
  const auto [low, high] = std::minmax_element(of.speeds.begin(), of.speeds.end());
  to += format(R"(<text x="%.0f" y="%.1f" text-anchor="end">%s</text>)", bars_left - 12, middle - 2,
               html_escaped(of.name).c_str());
  to += format(R"(<text class="small" x="%.0f" y="%.1f" text-anchor="end">%s</text>)", bars_left - 12,
               middle + 15, html_escaped(of.detail).c_str());
  to += format(R"(<rect class="%s" x="%.0f" y="%.0f" width="%.1f" height="%.0f" rx="4"/>)", of.colour,
               bars_left, top, end - bars_left, bar_height);
  if (of.speeds.size() > 1)
    to += format(R"(<path class="spread" d="M%.1f %.1fH%.1fM%.1f %.1fv10M%.1f %.1fv10"/>)", at(*low), middle,
                 at(*high), at(*low), middle - 5, at(*high), middle - 5);
  to += format(R"(<text class="value" x="%.1f" y="%.1f">%s /s</text>)", std::max(end, at(*high)) + 12,
               middle + 7, grouped(median(of.speeds), ",").c_str());
  to += '\n';
}

} // namespace

std::string rush_plot(const report& of) {
  const auto ratio = of.ratio();
  if (!ratio) return {};
  bar ours{"Foyer", "over HTTP", "ours", {}}, theirs{"pgbench", "", "theirs", {}};
  for (const auto& run : of.server) ours.speeds.push_back(run.load.per_second());
  for (const auto& run : of.pgbench) theirs.speeds.push_back(run.summary.per_second);
  theirs.detail = format("%zu clients, its best", of.pgbench[0].clients);
  const double most = std::max(*std::max_element(ours.speeds.begin(), ours.speeds.end()),
                               *std::max_element(theirs.speeds.begin(), theirs.speeds.end()));
  const auto title = format("An on-sale rush: %.1f times the orders of plain SQL transactions", *ratio);
  std::string out =
      format(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" )",
             width, height, width, height);
  out += "role=\"img\" aria-label=\"" + html_escaped(title) + ": Foyer " + grouped(median(ours.speeds), ",") +
         " a second, pgbench " + grouped(median(theirs.speeds), ",") + "\">\n";
  out += style;
  out += "<text class=\"title\" x=\"10\" y=\"24\">" + html_escaped(title) + "</text>\n";
  draw(out, ours, 48, most);
  draw(out, theirs, 106, most);
  out += format(
      R"(<text class="small" x="10" y="178">Orders a second for one offer, each from another wallet, all on disk. )"
      "%zu connections, %zu repeats of %.3g s: median and range</text>\n",
      of.wanted.connections, of.server.size(), std::chrono::duration<double>(of.wanted.duration).count());
  out += "<text class=\"small\" x=\"10\" y=\"198\">" +
         html_escaped(of.on.date + format(", %u cores ", of.on.cores) + of.on.cpu_model + ", " +
                      of.on.memory + ", " + of.on.kernel + ", PostgreSQL " +
                      of.with.postgresql.substr(0, of.with.postgresql.find(' '))) +
         "</text>\n</svg>\n";
  return out;
}

} // namespace foyer::bench
