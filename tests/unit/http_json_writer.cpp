#include "http/json/writer.hpp"
#include "http/metrics.hpp"
#include "http/problem.hpp"

#include <catch2/catch.hpp>
#include <simdjson.h>

#include <string>

using namespace foyer;
using namespace foyer::http;

TEST_CASE("the writer sets commas and scopes") {
  std::string body;
  json::writer out(body);
  out.begin_object().field("id", uuid{}).field("n", 5).field("u", std::uint64_t{18446744073709551615U});
  out.field("yes", true).field("none", std::optional<int>()).field_if("left_out", std::optional<int>());
  out.field("price", money{-2500, *currency::parse("CHF")}).key("lines").begin_array();
  out.begin_object().field("a", "b").end_object().begin_object().end_object().value(1).value("x").end_array();
  out.key("raw").raw("{\"k\":[]}").key("at").value(*std::optional(time_point(std::chrono::milliseconds(1))));
  out.field("day", date{std::chrono::year(2026), std::chrono::month(1), std::chrono::day(2)}).end_object();
  CHECK(
      body ==
      R"({"id":"00000000-0000-0000-0000-000000000000","n":5,"u":18446744073709551615,"yes":true,"none":null,)"
      R"("price":{"amount":-2500,"currency":"CHF"},"lines":[{"a":"b"},{},1,"x"],"raw":{"k":[]},)"
      R"("at":"1970-01-01T00:00:00.001Z","day":"2026-01-02"})");
}

TEST_CASE("any bytes become valid JSON, and text comes back as it was") {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8E\xAD";
  std::string body;
  json::append_quoted(body, all);
  simdjson::dom::parser parser;
  std::string_view back;
  REQUIRE(parser.parse(body.data(), body.size()).get_string().get(back) == simdjson::SUCCESS);
  CHECK(back == all);
  for (const char* bytes :
       {"\xFF", "a\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\x80\x80"}) {
    std::string text;
    json::append_quoted(text, bytes);
    CHECK(simdjson::validate_utf8(text.data(), text.size()));
    CHECK(parser.parse(text.data(), text.size()).error() == simdjson::SUCCESS);
  }
}

TEST_CASE("times are written in UTC with milliseconds") {
  using namespace std::chrono;
  CHECK(json::to_rfc3339(sys_days(date{year(2024), month(2), day(29)}) + 23h + 59min + 59s + 999'999us) ==
        "2024-02-29T23:59:59.999Z");
}

TEST_CASE("a problem says what, where and when to come back") {
  const response plain(not_found());
  CHECK(plain.status == 404);
  CHECK(plain.content_type == "application/problem+json");
  CHECK(plain.body == R"({"type":"about:blank","title":"Not Found","status":404,"code":"not_found"})");
  CHECK(plain.headers.empty());
  CHECK(to_json(invalid("/email", "invalid")) ==
        R"({"type":"about:blank","title":"Unprocessable Content","status":422,"code":"invalid",)"
        R"("errors":[{"field":"/email","code":"invalid"}]})");
  const response busy(unavailable());
  REQUIRE(busy.headers.size() == 1);
  CHECK(busy.headers[0] == std::pair<std::string, std::string>("Retry-After", "1"));
  const response slow(rate_limited(std::chrono::seconds(90)));
  CHECK(slow.headers[0].second == "90");
}

TEST_CASE("W3 a refusal below the floor names the room left") {
  refusal why(errc::floor_exceeded, "The balance would fall below its floor.");
  why.room = -5000;
  const auto what = problem_of(why, *currency::parse("EUR"));
  CHECK(what.status == 409);
  CHECK(to_json(what) ==
        R"({"type":"about:blank","title":"Conflict","status":409,"detail":"The balance would fall )"
        R"(below its floor.","code":"floor_exceeded","room":{"amount":-5000,"currency":"EUR"}})");
}

TEST_CASE("every refusal has a status of its own kind"){
#define FOYER_CHECK_STATUS(name)                                                                             \
  {                                                                                                          \
    INFO(#name);                                                                                             \
    const int status = status_of(errc::name);                                                                \
    CHECK(                                                                                                   \
        (errc::name == errc::internal ? status == 500 : (status >= 400 && status != 500 && status <= 503))); \
    CHECK_FALSE(reason_of(status).empty());                                                                  \
  }
    FOYER_ERRC(FOYER_CHECK_STATUS)
#undef FOYER_CHECK_STATUS
}

TEST_CASE("metrics are shown in Prometheus' text format") {
  metrics all;
  all.add_counter("foyer_a_total", "As.", "kind=\"x\"").add(2);
  all.add_counter("foyer_b_total", "Bs.").add();
  all.add_counter("foyer_a_total", "As.", "kind=\"y\"").add(3);
  all.add_counter("foyer_a_total", "As.", "kind=\"x\"").add(1);
  all.add_gauge("foyer_g", "G.", [] { return 1.5; });
  auto& latency = all.add_histogram("foyer_h_seconds", "H.", "op=\"o\"");
  latency.observe_us(100);
  latency.observe_us(60'000'000);
  const auto text = all.exposition();
  CHECK(text.find("# HELP foyer_a_total As.\n# TYPE foyer_a_total counter\nfoyer_a_total{kind=\"x\"} 3\n"
                  "foyer_a_total{kind=\"y\"} 3\n") != std::string::npos);
  CHECK(text.find("foyer_b_total 1\n") != std::string::npos);
  CHECK(text.find("# TYPE foyer_g gauge\nfoyer_g 1.5\n") != std::string::npos);
  CHECK(text.find("foyer_h_seconds_bucket{op=\"o\",le=\"1e-04\"} 1\n") != std::string::npos);
  CHECK(text.find("foyer_h_seconds_bucket{op=\"o\",le=\"+Inf\"} 2\n") != std::string::npos);
  CHECK(text.find("foyer_h_seconds_count{op=\"o\"} 2\n") != std::string::npos);
  CHECK(text.find("foyer_h_seconds_sum{op=\"o\"} 60.0001\n") != std::string::npos);
}
