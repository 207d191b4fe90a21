#include "bench/report_html.hpp"

#include "actors/vocabulary/encode.hpp"
#include "bench/figure_text.hpp"
#include "bench/report_plots.hpp"
#include "bench/report_tables.hpp"

#include <algorithm>

namespace foyer::bench {

namespace {

// Charts are at least as wide as a phone's screen allows and at most two or three in a row.
constexpr const char* style = R"(
:root{--ink:#1c2430;--soft:#5b6675;--paper:#fff;--panel:#f4f6f8;--grid:#d9dee4;--bad:#a3161b;
--c1:#0b62c4;--c2:#c2410c;--c3:#15803d;--c4:#6b21a8;--c5:#6b7280}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf1;--soft:#a3aebb;--paper:#12161b;--panel:#1b2128;--grid:#343d48;
--bad:#ff8d8d;--c1:#6db3ff;--c2:#ff9d5c;--c3:#5fd38a;--c4:#c99bff;--c5:#a8b0ba}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:78rem;padding:1rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;line-height:1.2;margin:.5rem 0}h2{font-size:1.15rem;margin:2rem 0 .5rem}
p{margin:.3rem 0;color:var(--soft);overflow-wrap:anywhere}
.cards{display:grid;gap:.75rem;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));padding:0;margin:1rem 0}
.cards div{background:var(--panel);border-radius:.5rem;padding:.6rem .8rem}
.cards dt{color:var(--soft);font-size:.85rem;line-height:1.3}.cards dd{margin:0;font-size:1.35rem;font-weight:600}
.plots{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr))}
figure{margin:0;background:var(--panel);border-radius:.5rem;padding:.75rem;max-width:40rem}
figcaption{font-weight:600}
svg{width:100%;height:auto;display:block;font:11px system-ui,sans-serif}
svg text{fill:var(--soft)}.end{text-anchor:end}.mid{text-anchor:middle}
.grid{stroke:var(--grid);stroke-width:1}.warm{fill:var(--grid);opacity:.5}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke:var(--c);opacity:.85}.dashed{stroke-dasharray:6 4}
.c1{--c:var(--c1)}.c2{--c:var(--c2)}.c3{--c:var(--c3)}.c4{--c:var(--c4)}.c5{--c:var(--c5)}
figure ul{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1rem;margin:.3rem 0 0;padding:0;font-size:.85rem}
li::before{content:"";display:inline-block;width:1.4em;border-top:3px solid var(--c);margin-right:.4em;
vertical-align:middle}li.dashed::before{border-top-style:dashed}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{padding:.3rem 1rem .3rem 0;text-align:right;border-bottom:1px solid var(--grid);white-space:nowrap}
th{color:var(--soft);font-weight:600}th:first-child,td:first-child{text-align:left}
.text{text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:12rem}
.bars{display:grid;grid-template-columns:max-content 1fr max-content;gap:.4rem .7rem;align-items:center;max-width:48rem}
.bars i{display:block;height:1.3rem;border-radius:.2rem;background:var(--c);min-width:2px}
.setup{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.2rem;margin:0;max-width:64rem}
.setup dt{color:var(--soft)}.setup dd{margin:0;overflow-wrap:anywhere}
code{font:.9em ui-monospace,monospace}
.checks{list-style:none;margin:0;padding:0;max-width:64rem}
.checks li{padding:.15rem 0 .15rem 1.7rem;text-indent:-1.7rem;white-space:pre-wrap;overflow-wrap:anywhere}
.checks li::before{border:0;width:1.7rem;margin:0;text-indent:0;font-weight:700;vertical-align:baseline}
.checks .good::before{content:"\2713";color:var(--c3)}.checks .open::before{content:"\25cb";color:var(--soft)}
.checks .bad::before{content:"\2717"}.checks .note::before{content:"\2022";color:var(--c1)}
.bad{color:var(--bad)}.warn{border-left:4px solid var(--c2);padding:.4rem .8rem;color:var(--ink)}
@media(max-width:40rem){.setup{grid-template-columns:1fr;gap:0}.setup dd{margin-bottom:.5rem}}
@media print{body{max-width:none;padding:0}figure,.cards div{break-inside:avoid;border:1px solid var(--grid)}}
)";

void card(std::string& to, const char* label, const std::string& value) {
  to += std::string{"<div><dt>"} + label + "</dt><dd>" + value + "</dd></div>";
}

std::string cards(const report& of) {
  std::string out = "<dl class=\"cards\">";
  const auto latency = of.latency();
  if (!of.server.empty()) {
    card(out, "answers a second, median", whole(of.server_per_second()));
    card(out, "p50", in_milliseconds(latency.quantile_ns(0.5)));
    card(out, "p99", in_milliseconds(latency.quantile_ns(0.99)));
    card(out, "p99.9", in_milliseconds(latency.quantile_ns(0.999)));
  }
  if (const auto ratio = of.ratio()) card(out, "against pgbench", format("%.2f&#8239;&#215;", *ratio));
  if (const auto ratio = of.bare_ratio())
    card(out, "CPU, bare handler = 1", format("%.2f&#8239;&#215;", *ratio));
  if (const auto ratio = of.readers_ratio())
    card(out, "readers' p99, calm = 1", format("%.2f&#8239;&#215;", *ratio));
  if (const auto ratio = of.scale_ratio())
    card(out, "against 1,000 households", format("%.2f&#8239;&#215;", *ratio));
  if (const auto ratio = of.first_ratio()) card(out, "first orders", format("%.2f&#8239;&#215;", *ratio));
  if (const auto ratio = of.visited_ratio())
    card(out, "seen before the sale", format("%.2f&#8239;&#215;", *ratio));
  if (const auto ratio = of.overload_ratio())
    card(out, "accepted, peak = 1", format("%.2f&#8239;&#215;", *ratio));
  if (of.memory) {
    card(out, "resident, in use",
         format("%.0f MiB", static_cast<double>(of.memory->in_use) / (1024.0 * 1024)));
    card(out, "each household", format("%.1f KiB", of.memory->per_household() / 1024));
  }
  if (!of.ready_ms.empty()) card(out, "start to ready, median", format("%.0f ms", median(of.ready_ms)));
  if (of.audit != audit_outcome::not_run) card(out, "audit", name_of(of.audit));
  return out + "</dl>\n";
}

void bar(std::string& to, const char* label, double value, double most, int colour) {
  to += std::string{"<span>"} + label +
        format(R"(</span><i class="c%d" style="width:%.1f%%"></i><b>)", colour, 100 * value / most) +
        whole(value) + " /s</b>";
}

// Our figure and that of the reference, side by side.
std::string bars(const report& of) {
  const auto other = of.pgbench_per_second();
  const auto ours = of.server_per_second();
  const auto most = std::max(ours, other.value_or(0));
  if (!other || most <= 0) return {};
  std::string out = "<h2>The same work, beside pgbench</h2>\n<div class=\"bars\">";
  bar(out, "Foyer, over HTTP", ours, most, 1);
  bar(out, format("pgbench, %zu clients", of.pgbench[0].clients).c_str(), *other, most, 4);
  return out +
         "</div>\n<p>pgbench: one transaction of plain prepared statements for each order, at the best of "
         "its client counts. The ratio is the median of those of the repeats, taken in turn.</p>\n";
}

// What nobody should overlook.
std::string warnings(const report& of) {
  std::string out;
  if (!of.problems.empty())
    out += "<p class=\"warn bad\">FAILED: these figures are of a run that failed. " +
           html_escaped(of.problems[0]) + "</p>\n";
  double others = 0;
  for (const auto& run : of.server) others = std::max(others, run.others_share.value_or(0));
  if (others > quiet_share)
    out += "<p class=\"warn\">Other processes took up to " + format("%.0f", others * 100) +
           " % of the machine meanwhile: ratios and CPU per request may be used, answers a second not.</p>\n";
  return out;
}

} // namespace

std::string to_html(const report& of) {
  const auto title = std::string{"foyer-bench "} + name_of(of.wanted.what);
  std::string out = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                    "style-src 'unsafe-inline'\"><title>" +
                    title + "</title><style>" + style + "</style></head>\n<body><main><h1>" + title +
                    "</h1>\n";
  out += "<p>" + html_escaped(meaning_of(of.wanted.what)) + "</p>\n" + warnings(of) + cards(of) + bars(of);
  if (const auto plots = plots_of(of); !plots.empty())
    out += "<h2>Charts</h2>\n<div class=\"plots\">" + plots + "</div>\n";
  out += percentiles_section(of) + kinds_section(of) + errors_section(of) + repeats_section(of) +
         correctness_section(of) + setup_section(of);
  return out + "</main></body></html>\n";
}

} // namespace foyer::bench
