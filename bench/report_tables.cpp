#include "bench/report_tables.hpp"

#include "actors/vocabulary/encode.hpp"
#include "bench/figure_text.hpp"

#include <algorithm>
#include <map>

namespace foyer::bench {

namespace {

double in_seconds_of(std::chrono::milliseconds of) {
  return std::chrono::duration<double>(of).count();
}

void line(std::string& to, const char* label, const std::string& value) {
  if (!value.empty()) to += std::string{"<dt>"} + label + "</dt><dd>" + value + "</dd>";
}

std::string load_of(const options& wanted) {
  std::string out = format("%zu connections, ", wanted.connections);
  if (wanted.rate > 0)
    return out +
           format(
               "open loop: %g requests a second are due whatever the server does; latency counts from when "
               "a request was due (coordinated omission corrected)",
               wanted.rate);
  return out +
         "closed loop: each sends its next request when the last was answered; latency counts from sending";
}

std::string list(const char* kind, const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& each : texts)
    out += std::string{"<li class=\""} + kind + "\">" + html_escaped(each) + "</li>\n";
  return out;
}

template <class Value>
std::string cell(const std::optional<Value>& value, const char* pattern) {
  return "<td>" + (value ? format(pattern, *value) : std::string{"&#8211;"}) + "</td>";
}

std::string table(const char* title, const char* heads, const std::string& rows) {
  return std::string{"<h2>"} + title + "</h2>\n<div class=\"wide\"><table><thead><tr>" + heads +
         "</tr></thead>\n<tbody>" + rows + "</tbody></table></div>\n";
}

void percentile_row(std::string& to, const std::string& name, const histogram& of) {
  if (of.count() == 0) return;
  to += "<tr><td>" + html_escaped(name) + "</td><td>" + whole(static_cast<double>(of.count())) + "</td><td>" +
        in_milliseconds(static_cast<std::int64_t>(of.mean_ns())) + "</td>";
  for (const double quantile : {0.5, 0.9, 0.95, 0.99, 0.999})
    to += "<td>" + in_milliseconds(of.quantile_ns(quantile)) + "</td>";
  to += "<td>" + in_milliseconds(of.max_ns()) + "</td></tr>\n";
}

// Of which bench/checks.hpp counts the rows.
bool changes_something(const report& of) {
  for (const auto& each : of.kinds())
    if (each.kind == "order" || each.kind == "debit" || each.kind == "registration") return true;
  return false;
}

// All repeats' histograms of one sort together.
template <class Runs, class Choose>
histogram merged(const Runs& runs, Choose choose) {
  histogram out;
  for (const auto& run : runs) out.merge(choose(run));
  return out;
}

} // namespace

std::string whole(double value) {
  return grouped(value, "&#8239;");
}

std::string_view meaning_of(scenario which) {
  switch (which) {
  case scenario::rush:
    return "Each request orders one ticket of the same offer and pays it from another wallet. Order, line, "
           "ticket, "
           "ledger entry, wallet, stock, idempotency key and mail are on disk before it is answered.";
  case scenario::wallet:
    return "Each request takes one cent from the same wallet, as staff do: entry, hash chain, balance, "
           "idempotency key "
           "and audit log are on disk before it is answered.";
  case scenario::read:
    return "Each request reads the wallet or the household of a signed-in buyer by a session's token.";
  case scenario::login:
    return "Each request logs in with a password (Argon2id). Beside the storm others read 200 times a "
           "second: how much "
           "slower they get than without it is what counts.";
  case scenario::registration:
    return "Each request registers a new account: its password is hashed, and the mail with its link is on "
           "disk before "
           "it is answered.";
  case scenario::space:
    return "Visitors of my space: of ten requests one opens it by a key, four read tickets, three the wallet "
           "and two the "
           "orders.";
  case scenario::mixed:
    return "An evening with a sale, of 40 requests: 13 offers, 8 wallet, 6 household, 6 orders paid from a "
           "wallet, 3 "
           "tickets, 1 orders, 1 my space opened by its key, 1 login, 1 registration.";
  case scenario::invitation:
    return "One campaign of invitations to all clients: a link, a mail and a status for each, then the mails "
           "themselves.";
  case scenario::search:
    return "Staff who look for clients: each letter of a name, an e-mail address, a telephone number, a "
           "client number or "
           "a mistyped name is one request.";
  case scenario::overload: return "The rush at its peak, then more orders than the server can take.";
  case scenario::scale: return "The rush on many households beside the rush on 1,000.";
  case scenario::memory: return "What the server holds in memory when 10,000 households are in use.";
  case scenario::start: return "From the program's start until it is ready, PostgreSQL already running.";
  }
  return {};
}

std::string setup_section(const report& of) {
  const auto& wanted = of.wanted;
  std::string out = "<h2>Setup</h2>\n<dl class=\"setup\">";
  line(out, "Command", "<code>" + html_escaped(wanted.typed) + "</code>");
  line(out, "Load", load_of(wanted));
  line(out, "Time",
       format("%zu repeats of ", of.server.size()) + in_seconds(in_seconds_of(wanted.duration)) +
           ", each after " + in_seconds(in_seconds_of(wanted.warm_up)) + " of warm-up that is not counted");
  line(out, "Data",
       whole(static_cast<double>(wanted.households)) + " households, seed " + std::to_string(wanted.seed));
  line(out, "Server",
       html_escaped(of.with.foyer) + (wanted.url.empty()
                                          ? ", started for this run, with its defaults but throttling"
                                          : " at " + html_escaped(wanted.url)));
  if (!of.with.postgresql.empty())
    line(out, "PostgreSQL", html_escaped(of.with.postgresql + ": " + of.with.postgresql_settings));
  line(out, wanted.url.empty() ? "Machine" : "Machine of the load generator",
       html_escaped(of.on.date + format(", %u cores ", of.on.cores) + of.on.cpu_model + ", " + of.on.memory +
                    ", " + of.on.kernel) +
           (wanted.url.empty() ? ": load generator, server and database share it" : ""));
  return out + "</dl>\n";
}

std::string correctness_section(const report& of) {
  std::string items = list("bad", of.problems);
  if (of.audit == audit_outcome::clean) {
    items +=
        list("good", {"foyer audit is clean: money, places, tickets and hash chains agree with each other"});
    if (changes_something(of))
      items += list("good", {"what was answered with success is what the database has, no more and no less"});
  } else if (of.audit != audit_outcome::not_run && of.problems.empty())
    items += list("open", {std::string{"audit: "} + name_of(of.audit)});
  items += list("good", of.checked) + list("open", of.unchecked);
  std::string out =
      items.empty() ? std::string{} : "<h2>Is it right?</h2>\n<ul class=\"checks\">" + items + "</ul>\n";
  if (!of.notes.empty()) out += "<h2>Notes</h2>\n<ul class=\"checks\">" + list("note", of.notes) + "</ul>\n";
  return out;
}

std::string percentiles_section(const report& of) {
  std::string rows;
  const bool open = of.wanted.rate > 0;
  percentile_row(rows, open ? "from when it was due" : "from sending", of.latency());
  if (open) percentile_row(rows, "once sent", merged(of.server, [](auto& run) { return run.load.service; }));
  percentile_row(rows, "refused with 503", merged(of.server, [](auto& run) { return run.load.refused; }));
  percentile_row(rows, "bare handler", merged(of.bare, [](auto& run) { return run.load.latency; }));
  percentile_row(rows, "readers without the storm",
                 merged(of.quiet, [](auto& run) { return run.load.latency; }));
  percentile_row(rows, "at the peak", merged(of.peak, [](auto& run) { return run.load.latency; }));
  percentile_row(rows, "1,000 households", merged(of.small, [](auto& run) { return run.load.latency; }));
  percentile_row(rows, "first orders", merged(of.first, [](auto& run) { return run.load.latency; }));
  percentile_row(rows, "seen before the sale",
                 merged(of.visited, [](auto& run) { return run.load.latency; }));
  if (rows.empty()) return {};
  return table(
      "Latency, all repeats",
      "<th></th><th>answers</th><th>mean</th><th>p50</th><th>p90</th><th>p95</th><th>p99</th><th>p99.9</th>"
      "<th>max</th>",
      rows);
}

std::string kinds_section(const report& of) {
  if (of.server.empty() || of.server[0].load.kinds.size() < 2) return {};
  std::string rows;
  for (const auto& each : of.kinds())
    rows += "<tr><td>" + html_escaped(each.kind) + "</td><td>" + whole(static_cast<double>(each.succeeded)) +
            "</td><td>" + whole(static_cast<double>(each.failed)) + "</td><td>" +
            in_milliseconds(each.latency.quantile_ns(0.5)) + "</td><td>" +
            in_milliseconds(each.latency.quantile_ns(0.99)) + "</td><td>" +
            in_milliseconds(each.latency.max_ns()) + "</td></tr>\n";
  return table("By kind of request",
               "<th>kind</th><th>answers</th><th>failed</th><th>p50</th><th>p99</th><th>max</th>", rows);
}

std::string errors_section(const report& of) {
  struct seen {
    std::uint64_t count = 0;
    std::string first;
  };
  std::map<std::string, seen> all;
  const auto add = [&](const std::string& what, std::uint64_t count, const std::string& first) {
    if (count == 0) return;
    auto& each = all[what];
    each.count += count;
    if (each.first.empty()) each.first = first;
  };
  for (const auto& run : of.server) {
    for (const auto& [status, count] : run.load.errors_by_status) {
      const auto body = run.load.first_body_by_status.find(status);
      add("status " + std::to_string(status), count,
          body == run.load.first_body_by_status.end() ? std::string{} : body->second);
    }
    add("connection lost", run.load.connection_errors, run.load.first_lost);
    add("no answer", run.load.timeouts, run.load.first_lost);
    add("never sent", run.load.unsent, "due, but no connection was free before the end");
  }
  std::string rows;
  for (const auto& [what, each] : all)
    rows += "<tr><td>" + what + "</td><td>" + whole(static_cast<double>(each.count)) +
            "</td><td class=\"text\">" + html_escaped(std::string_view{each.first}.substr(0, 300)) +
            "</td></tr>\n";
  return rows.empty() ? std::string{}
                      : table("Not answered with success",
                              "<th></th><th>requests</th><th class=\"text\">the first</th>", rows);
}

std::string repeats_section(const report& of) {
  if (of.server.empty()) return {};
  const bool own = std::any_of(of.server.begin(), of.server.end(),
                               [](const auto& run) { return run.server_us || run.postgres_us; });
  const bool beside = !of.pgbench.empty();
  std::string heads = "<th>repeat</th><th>answers/s</th><th>p50</th><th>p99</th><th>max</th><th>failed</th>";
  if (own)
    heads += "<th>server CPU, µs each</th><th>PostgreSQL CPU, µs each</th><th>others, % of machine</th>";
  if (beside) heads += "<th>pgbench/s</th><th>ratio</th>";
  std::string rows;
  for (std::size_t i = 0; i < of.server.size(); ++i) {
    const auto& run = of.server[i];
    const auto& latency = run.load.latency;
    rows += format("<tr><td>%zu</td><td>", i + 1) + whole(run.load.per_second()) + "</td><td>" +
            in_milliseconds(latency.quantile_ns(0.5)) + "</td><td>" +
            in_milliseconds(latency.quantile_ns(0.99)) + "</td><td>" + in_milliseconds(latency.max_ns()) +
            "</td><td>" + whole(static_cast<double>(run.load.failed())) + "</td>";
    std::optional<double> others, theirs, ratio;
    if (run.others_share) others = *run.others_share * 100;
    if (own) rows += cell(run.server_us, "%.1f") + cell(run.postgres_us, "%.1f") + cell(others, "%.0f");
    if (i < of.pgbench.size()) theirs = of.pgbench[i].summary.per_second;
    if (theirs && *theirs > 0) ratio = run.load.per_second() / *theirs;
    if (beside) rows += cell(theirs, "%.0f") + cell(ratio, "%.2f");
    rows += "</tr>\n";
  }
  return table("Repeats", heads.c_str(), rows);
}

} // namespace foyer::bench
