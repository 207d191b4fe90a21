#include "bench/cpu_look.hpp"
#include "bench/machine.hpp"
#include "bench/pgbench.hpp"
#include "bench/pgbench_script.hpp"
#include "bench/process_cpu.hpp"
#include "bench/report.hpp"
#include "bench/request.hpp"

#include <catch2/catch.hpp>

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
  const std::string token(request_shape::token_size, 'T');
  shape.write_to(out, token, 0xabc, 1);
  CHECK(out ==
        "POST /orders HTTP/1.1\r\nHost: h:1\r\nAuthorization: Bearer " + token +
            "\r\nIdempotency-Key: 0000000000000abc0000000000000001\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\n\r\n{}");
  request_shape::make("GET", "/", "h", {}, false).write_to(out, token, 1, 2);
  CHECK(out == "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + token + "\r\n\r\n");
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
