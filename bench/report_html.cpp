#include "bench/report_html.hpp"

#include "bench/plot.hpp"
#include "bench/report_plots.hpp"

#include <algorithm>
#include <cstdio>

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
.cards dt{color:var(--soft);font-size:.85rem}.cards dd{margin:0;font-size:1.35rem;font-weight:600}
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
th,td{padding:.3rem .8rem .3rem 0;text-align:right;border-bottom:1px solid var(--grid);white-space:nowrap}
th:first-child,td:first-child{text-align:left}
.bars{display:grid;grid-template-columns:max-content 1fr max-content;gap:.4rem .7rem;align-items:center;max-width:48rem}
.bars i{display:block;height:1.3rem;border-radius:.2rem;background:var(--c);min-width:2px}
.bad{color:var(--bad);border-left:4px solid;padding:.4rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere}
)";

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[256];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

// With blanks between thousands that no line breaks at.
std::string grouped(double value) {
  const auto digits = format("%.0f", value);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += "&#8239;";
    out += digits[i];
  }
  return out;
}

std::string milliseconds(std::int64_t ns) {
  const auto ms = static_cast<double>(ns) / 1e6;
  return format(ms < 100 ? "%.2f ms" : "%.0f ms", ms);
}

void card(std::string& to, const char* label, const std::string& value) {
  to += std::string{"<div><dt>"} + label + "</dt><dd>" + value + "</dd></div>";
}

std::string cards(const report& of) {
  std::string out = "<dl class=\"cards\">";
  const auto latency = of.latency();
  if (!of.server.empty()) {
    card(out, "answers a second, median", grouped(of.server_per_second()));
    card(out, "p50", milliseconds(latency.quantile_ns(0.5)));
    card(out, "p99", milliseconds(latency.quantile_ns(0.99)));
    card(out, "p99.9", milliseconds(latency.quantile_ns(0.999)));
  }
  if (const auto ratio = of.ratio()) card(out, "against pgbench", format("%.2f&#8239;&#215;", *ratio));
  if (const auto ratio = of.bare_ratio())
    card(out, "CPU, bare handler = 1", format("%.2f&#8239;&#215;", *ratio));
  if (const auto ratio = of.readers_ratio())
    card(out, "readers' p99, calm = 1", format("%.2f&#8239;&#215;", *ratio));
  if (const auto ratio = of.scale_ratio())
    card(out, "against 1,000 households", format("%.2f&#8239;&#215;", *ratio));
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
        grouped(value) + " /s</b>";
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

template <class Value>
std::string cell(const std::optional<Value>& value, const char* pattern) {
  return "<td>" + (value ? format(pattern, *value) : std::string{"-"}) + "</td>";
}

std::string repeats(const report& of) {
  std::string out =
      "<h2>Repeats</h2>\n<div class=\"wide\"><table><tr><th>repeat</th><th>answers/s</th><th>p50</th>"
      "<th>p99</th><th>max</th><th>failed</th><th>server, µs each</th><th>PostgreSQL, µs each</th>"
      "<th>others, % of machine</th><th>pgbench/s</th></tr>";
  for (std::size_t i = 0; i < of.server.size(); ++i) {
    const auto& run = of.server[i];
    const auto& latency = run.load.latency;
    out += format("<tr><td>%zu</td><td>", i + 1) + grouped(run.load.per_second()) + "</td><td>" +
           milliseconds(latency.quantile_ns(0.5)) + "</td><td>" + milliseconds(latency.quantile_ns(0.99)) +
           "</td><td>" + milliseconds(latency.max_ns()) + "</td><td>" +
           grouped(static_cast<double>(run.load.failed())) + "</td>" + cell(run.server_us, "%.1f") +
           cell(run.postgres_us, "%.1f");
    std::optional<double> others, beside;
    if (run.others_share) others = *run.others_share * 100;
    if (i < of.pgbench.size()) beside = of.pgbench[i].summary.per_second;
    out += cell(others, "%.0f") + cell(beside, "%.0f") + "</tr>";
  }
  return out + "</table></div>\n";
}

std::string kinds(const report& of) {
  std::string out;
  if (of.server.empty() || of.server[0].load.kinds.size() < 2) return out;
  out =
      "<h2>By kind of request</h2>\n<div class=\"wide\"><table><tr><th>kind</th><th>answers</th><th>p50</th>"
      "<th>p99</th><th>max</th></tr>";
  for (const auto& each : of.kinds())
    out += "<tr><td>" + html_escaped(each.kind) + "</td><td>" + grouped(static_cast<double>(each.succeeded)) +
           "</td><td>" + milliseconds(each.latency.quantile_ns(0.5)) + "</td><td>" +
           milliseconds(each.latency.quantile_ns(0.99)) + "</td><td>" + milliseconds(each.latency.max_ns()) +
           "</td></tr>";
  return out + "</table></div>\n";
}

std::string conditions(const report& of) {
  const auto& wanted = of.wanted;
  std::string out = "<p>";
  out += html_escaped(of.on.date) + format(", %u cores ", of.on.cores) + html_escaped(of.on.cpu_model) +
         ", " + html_escaped(of.on.memory) + ", " + html_escaped(of.on.kernel) + "</p>\n<p>" +
         format("%zu connections, ", wanted.connections) +
         (wanted.rate > 0
              ? format("open loop at %g requests a second: latency counts from when a request was due",
                       wanted.rate)
              : std::string{"closed loop: latency counts from sending"}) +
         format("; %.3g s measured after %.3g s of warm-up, %zu repeats",
                std::chrono::duration<double>(wanted.duration).count(),
                std::chrono::duration<double>(wanted.warm_up).count(), of.server.size());
  if (wanted.url.empty())
    out += format("; %zu households, seed %llu", wanted.households,
                  static_cast<unsigned long long>(wanted.seed));
  out += "</p>\n";
  if (!of.with.postgresql.empty())
    out += "<p>" + html_escaped(of.with.foyer) + ", PostgreSQL " + html_escaped(of.with.postgresql) + ", " +
           html_escaped(of.with.postgresql_settings) + "</p>\n";
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
  out += conditions(of);
  for (const auto& problem : of.problems)
    out += "<p class=\"bad\">FAILED: " + html_escaped(problem) + "</p>\n";
  out += cards(of) + bars(of) + "<h2>Charts</h2>\n<div class=\"plots\">" + plots_of(of) + "</div>\n";
  return out + kinds(of) + repeats(of) + "</main></body></html>\n";
}

} // namespace foyer::bench
