#include "bench/compare.hpp"
#include "bench/cpu_look.hpp"
#include "bench/machine.hpp"
#include "bench/people.hpp"
#include "bench/pgbench.hpp"
#include "bench/pgbench_script.hpp"
#include "bench/plot.hpp"
#include "bench/process_cpu.hpp"
#include "bench/report.hpp"
#include "bench/report_html.hpp"
#include "bench/request.hpp"
#include "bench/rush_plot.hpp"
#include "bench/typing.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <unistd.h>

using namespace foyer::bench;

TEST_CASE("bench process: the line of /proc/PID/stat, whatever the program is called") {
  const auto stat =
      parse_process_stat("1234 (a ) S (b)) S 99 1234 1234 0 -1 4194560 1 2 3 4 500 70 11 13 20 0 9 0 1 2 3");
  REQUIRE(stat);
  CHECK(stat->parent == 99);
  CHECK(stat->own_ticks == 570);
  CHECK(stat->children_ticks == 24);
  CHECK_FALSE(parse_process_stat(""));
  CHECK_FALSE(parse_process_stat("1234 (x) S 99"));
  CHECK_FALSE(parse_process_stat("1234 (x) S a b c d e f g h i j k l m n o p q"));
}

TEST_CASE("bench process: this process has used time, one that does not exist has none") {
  CHECK(process_cpu_us(getpid()));
  CHECK(own_cpu_us() > 0);
  // Above the largest process id that Linux gives out.
  CHECK_FALSE(process_cpu_us(1 << 30));
  CHECK_FALSE(postgres_cpu_us(1 << 30));
}

TEST_CASE("bench process: what the others took is the rest of the machine") {
  const auto start = std::chrono::steady_clock::now();
  const auto cores = static_cast<std::int64_t>(available_cores());
  const cpu_look before{start, 0, 0, 0, 0};
  cpu_look after{start + std::chrono::seconds{1}, 100'000, 200'000, 600'000 * cores, 0};
  after.generator = *after.machine - 300'000 - 250'000 * cores;
  CHECK(share_of_others(before, after).value() == Approx(0.25));
  after.server.reset();
  CHECK_FALSE(share_of_others(before, after));
}

TEST_CASE("bench pgbench: its summary is understood") {
  const auto summary = parse_pgbench_summary("pgbench (15.5)\n"
                                             "transaction type: x.sql\n"
                                             "number of transactions actually processed: 17893\n"
                                             "number of failed transactions: 3 (0.017%)\n"
                                             "latency average = 4.469 ms\n"
                                             "initial connection time = 12.1 ms\n"
                                             "tps = 1790.123456 (without initial connection time)\n");
  REQUIRE(summary);
  CHECK(summary->transactions == 17893);
  CHECK(summary->failed == 3);
  CHECK(summary->per_second == Approx(1790.123456));
  CHECK(summary->latency_mean_ms == Approx(4.469));
  CHECK_FALSE(parse_pgbench_summary("pgbench: error: connection failed"));
}

TEST_CASE("bench pgbench: a literal has nothing that pgbench takes for a variable") {
  CHECK(script_literal("l'été") == "E'l\\'été'");
  CHECK(script_literal(R"({"a":true,"b":"c\d"})") == R"(E'{"a"\x3atrue,"b"\x3a"c\\d"}')");
  CHECK(script_literal("a\r\nb") == "E'a\\r\\nb'");
}

TEST_CASE("bench pgbench: an insert copies the rows but for times and what is named") {
  rows of;
  constexpr unsigned int text = 25, timestamptz = 1184;
  of.columns = {{"id", text}, {"title", text}, {"at", timestamptz}, {"ended", timestamptz}};
  of.values = {{"1", "it's", "2026-01-01", std::nullopt}, {"2", std::nullopt, "2026-01-01", std::nullopt}};
  CHECK(
      insert_statement("t", of, {{"id", ":o"}}) ==
      "insert into t (id, title, at, ended) values (:o, E'it\\'s', now(), null), (:o, null, now(), null);\n");
}

TEST_CASE("bench request: token and key stand where the server looks for them") {
  const auto shape = request_shape::make("POST", "/orders", "h:1", "{}", true);
  std::string out;
  const std::string token(43, 'T');
  const caller who{token, "ann", "K1"};
  shape.write_to(out, who, 0xabc, 1);
  CHECK(out ==
        "POST /orders HTTP/1.1\r\nHost: h:1\r\nAuthorization: Bearer " + token +
            "\r\nIdempotency-Key: 0000000000000abc0000000000000001\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\n\r\n{}");
  request_shape::make("GET", "/", "h", {}, false).write_to(out, who, 1, 2);
  CHECK(out == "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + token + "\r\n\r\n");
  request_shape::make_anonymous("POST", "/in", "h", R"({"login":"<name>","key":"<key>"})")
      .write_to(out, who, 1, 2);
  CHECK(out == "POST /in HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n"
               R"({"login":"ann","key":"K1"})");
  request_shape::make_anonymous("POST", "/", "h", "<unique>").write_to(out, who, 1, 2);
  CHECK(out.ends_with("\r\n\r\n00000000000000010000000000000002"));
}

TEST_CASE("bench people: the same seed names the same people, and they can be looked for") {
  CHECK(person_of(7, 123).email == person_of(7, 123).email);
  CHECK(person_of(7, 123).email != person_of(8, 123).email);
  std::set<std::string> names;
  for (std::size_t number = 1; number <= 1'000; ++number) names.insert(person_of(1, number).last_name);
  CHECK(names.size() > 400);
  const auto searches = typed_searches(1, 500);
  std::set<std::string> kinds;
  for (const auto& each : searches) kinds.insert(std::string{each.kind});
  CHECK(kinds == std::set<std::string>{"name", "e-mail", "phone", "number", "mistyped"});
  CHECK(typed_searches(1, 500).back().text == searches.back().text);
  CHECK(url_encoded("é +a") == "%C3%A9%20%2Ba");
}

TEST_CASE("bench report: kinds of all repeats are summed by name, whatever their order in each") {
  const auto of_kind = [](const char* kind, std::uint64_t answers) {
    kind_result out;
    out.kind = kind;
    out.succeeded = answers;
    return out;
  };
  report of;
  of.server.resize(2);
  of.server[0].load.kinds = {of_kind("wallet", 8), of_kind("order", 6)};
  of.server[1].load.kinds = {of_kind("order", 60), of_kind("wallet", 80)};
  const auto kinds = of.kinds();
  REQUIRE(kinds.size() == 2);
  CHECK(kinds[0].kind == "wallet");
  CHECK(kinds[0].succeeded == 88);
  CHECK(kinds[1].succeeded == 66);
}

TEST_CASE("bench report: what a large house costs, and how the rush looks beside pgbench") {
  report of;
  const auto run = [](double per_second) {
    server_run out;
    out.load.succeeded = static_cast<std::uint64_t>(per_second);
    out.load.measured = std::chrono::seconds{1};
    return out;
  };
  of.server = {run(90), run(80), run(100)};
  of.small = {run(100), run(100), run(100)};
  of.first = {run(50), run(40), run(60)};
  CHECK(of.scale_ratio().value() == Approx(0.9));
  CHECK(of.first_ratio().value() == Approx(0.5));
  of.visited = {run(80), run(90), run(70)};
  CHECK(of.visited_ratio().value() == Approx(0.8));
  CHECK_FALSE(of.overload_ratio());
  CHECK(memory_figures{1'000, 10, 11'000, 110, 61'000}.per_household() == Approx(500));
  CHECK(rush_plot(of).empty());
  of.on.cpu_model = "A & B";
  of.pgbench.resize(3);
  for (auto& each : of.pgbench) each.summary.per_second = 20;
  const auto picture = rush_plot(of);
  CHECK(picture.starts_with("<svg xmlns="));
  CHECK(picture.find("4.5 times") != std::string::npos);
  CHECK(picture.find("A &amp; B") != std::string::npos);
  CHECK(picture.find("prefers-color-scheme:dark") != std::string::npos);
}

TEST_CASE("bench plot: round numbers on the axes") {
  CHECK(round_ticks(0, 950, 5) == std::vector<double>{0, 200, 400, 600, 800, 1000});
  CHECK(round_ticks(-1, 4, 5) == std::vector<double>{-1, 0, 1, 2, 3, 4});
  CHECK(round_ticks(3, 3, 5) == std::vector<double>{3});
  CHECK(short_number(12'500) == "12.5k");
  CHECK(short_number(0.25) == "0.25");
}

TEST_CASE("bench plot: a chart has its lines, and text stays text") {
  plot of;
  of.title = "a < b & \"c\"";
  CHECK(to_figure(of).empty());
  of.log_y = true;
  of.series.push_back({"one", 1, false, {{{0, 0}, {1, 10}, {2, 1000}}}});
  const auto figure = to_figure(of);
  CHECK(figure.find("a &lt; b &amp; &quot;c&quot;") != std::string::npos);
  // From 10 at the bottom to 1000 at the top; what is 0 has no place on such a scale.
  CHECK(figure.find("d=\"M44.0 196.0L336.0 22.0\"") != std::string::npos);
}

TEST_CASE("bench watcher: a metric is found by its whole name") {
  const char* text = "# HELP foyer_x Words\n# TYPE foyer_x gauge\nfoyer_x_more 7\nfoyer_x 1.5e3\n";
  CHECK(metric_value(text, "foyer_x").value() == 1500);
  CHECK_FALSE(metric_value(text, "foyer"));
  CHECK_FALSE(metric_value("", "foyer_x"));
}

TEST_CASE("bench compare: ratio of the medians, and whether the repeats alone explain it") {
  const compared faster{"answers/s", true, {100, 110, 105}, {150, 160, 155}};
  CHECK(faster.ratio().value() == Approx(155.0 / 105));
  CHECK(faster.noise().value().low == Approx(150.0 / 110));
  CHECK(faster.noise().value().high == Approx(1.6));
  CHECK(verdict_of(faster) == verdict::better);
  CHECK(verdict_of({"p99", false, {100, 110}, {150, 160}}) == verdict::worse);
  CHECK(verdict_of({"p99", false, {150, 160}, {100, 110}}) == verdict::better);
  CHECK(verdict_of({"answers/s", true, {100, 110}, {109, 160}}) == verdict::within_noise);
  CHECK(verdict_of({"answers/s", true, {100}, {200}}) == verdict::unknown);
  CHECK_FALSE(compared{"none", true, {}, {1}}.ratio());
  // 3 and 3 repeats mix in 20 ways, of which 2 are apart.
  CHECK(chance_of_separation(3, 3) == Approx(0.1));
}

TEST_CASE("bench compare: two files, and what makes them hard to compare") {
  const auto write = [](const char* name, double factor, std::size_t connections) {
    report of;
    of.wanted.connections = connections;
    for (const double speed : {100.0, 104.0, 102.0}) {
      auto& run = of.server.emplace_back();
      run.load.succeeded = static_cast<std::uint64_t>(speed * factor);
      run.load.measured = std::chrono::seconds{1};
      run.load.latency.record(5'000'000);
    }
    const auto path = std::filesystem::temp_directory_path() / (name + std::to_string(getpid()));
    std::ofstream{path} << to_json(of);
    return path.string();
  };
  const auto a = write("bench-a", 1, 64), b = write("bench-b", 2, 32);
  std::ostringstream out;
  compare(a, b, out);
  CAPTURE(out.str());
  CHECK(out.str().find("differs: connections 64 and 32") != std::string::npos);
  CHECK(out.str().find("B is better") != std::string::npos);
  CHECK(out.str().find("within the noise") != std::string::npos); // the latencies
  std::ostringstream none;
  CHECK_THROWS_WITH(compare(a, "/nowhere", none), Catch::Contains("/nowhere"));
  std::filesystem::remove(a);
  std::filesystem::remove(b);
}

TEST_CASE("bench report: the page stands alone") {
  report of;
  auto& run = of.server.emplace_back();
  run.load.succeeded = 10;
  run.load.measured = std::chrono::seconds{1};
  run.load.latency.record(1'000'000);
  run.load.timelines = {{"rush", {{0.5, 10, 1, 1, 0}, {1, 12, 1, 1, 0}}}};
  run.watch.push_back({0.5, 0.4, 0.6, 0.1, 32, 100});
  of.problems = {"<script>alert(1)</script>"};
  const auto page = to_html(of);
  for (const char* never : {"http://", "https://", "<script", "<link", "<img", "url("}) {
    CAPTURE(never);
    CHECK(page.find(never) == std::string::npos);
  }
  for (const char* title : {"Throughput", "Latency by percentile", "CPU in use", "Journal: commits"}) {
    CAPTURE(title);
    CHECK(page.find(title) != std::string::npos);
  }
  CHECK(page.find("&lt;script&gt;") != std::string::npos);
}

TEST_CASE("bench report: medians, and the ratio pair by pair") {
  CHECK(median({}) == 0);
  CHECK(median({3, 1, 2}) == 2);
  CHECK(median({4, 1, 2, 3}) == 2.5);
  report of;
  for (const auto& [server, beside] : {std::pair{8000.0, 1000.0}, {4000.0, 400.0}, {9000.0, 3000.0}}) {
    server_run run;
    run.load.succeeded = static_cast<std::uint64_t>(server);
    run.load.measured = std::chrono::seconds{1};
    of.server.push_back(run);
    of.pgbench.push_back({8, {100, 0, beside, 1.0}, 50.0, std::nullopt});
  }
  CHECK(of.server_per_second() == Approx(8000));
  CHECK(of.pgbench_per_second().value() == Approx(1000));
  // 8, 10 and 3; the ratio of the medians is also 8, but not by definition.
  CHECK(of.ratio().value() == Approx(8));
  of.server[0].load.errors_by_status[409] = 5;
  of.server[0].load.first_error = "status 409: {}";
  std::ostringstream table;
  print_table(table, of);
  CHECK(table.str().find("8.00 x pgbench") != std::string::npos);
  CHECK(table.str().find("409: 5") != std::string::npos);
  CHECK(to_json(of).find("\"ratio\":8") != std::string::npos);
}
