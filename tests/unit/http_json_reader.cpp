#include "http/json/reader.hpp"
#include "http/server/guard.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace foyer;
using namespace foyer::http;

namespace {

/// "/email required, /x unknown_field"
std::string errors_of(json::reader& form) {
  const auto bad = form.finish();
  if (!bad) return "";
  if (bad->status != 422) return std::to_string(bad->status) + " " + bad->code;
  std::string out;
  for (const auto& each : bad->errors) out += (out.empty() ? "" : ", ") + each.field + " " + each.code;
  return out;
}

constexpr const char* some_id = "01890a5d-ac96-774b-bcce-b302099a8057";

} // namespace

TEST_CASE("a body reads like a form") {
  json::reader form(R"({"email":"a@b.example","first_name":"Zoé","newsletter":true,"quantity":3,
    "amount":{"amount":2500,"currency":"EUR"},"id":"01890A5D-ac96-774b-bcce-b302099a8057",
    "birth_date":"2000-02-29","at":"2026-01-31T10:05:00.25+01:00","locale":null,"kind":"refund",
    "lines":[{"quantity":1},{"quantity":2}],"answers":{"diet":"none","size":"M"},"tags":["a","b"]})");
  CHECK(form->text("email") == "a@b.example");
  CHECK(form->text("first_name", {.max = 3}) == "Zo\xC3\xA9");
  CHECK(form->boolean("newsletter"));
  CHECK(form->integer("quantity", {1, 10}) == 3);
  CHECK(form->money("amount") == money{2500, *currency::parse("EUR")});
  CHECK(form->uuid("id") == *parse_uuid(some_id));
  CHECK(form->date("birth_date") ==
        date{std::chrono::year(2000), std::chrono::month(2), std::chrono::day(29)});
  CHECK(form->time("at") == *json::parse_time("2026-01-31T09:05:00.250Z"));
  CHECK_FALSE(form->optional_text("locale").has_value());
  CHECK(form->choice("kind", {"top_up", "refund"}) == 1);
  const auto lines = form->objects("lines", {1, 10});
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].integer("quantity") == 1);
  CHECK(lines[1].integer("quantity") == 2);
  CHECK(form->text_map("answers").at("size") == "M");
  CHECK(form->texts("tags") == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(form->optional_boolean("absent").has_value());
  CHECK_FALSE(form.finish().has_value());
}

TEST_CASE("every bad field is reported with its place") {
  json::reader form(
      R"({"email":7,"name":"","long":"abcdef","quantity":1.0,"big":11,"huge":18446744073709551615,
    "lines":[{"quantity":"1"},5,{"quantity":2,"price":3}],"money":{"amount":1e3,"currency":"eur","extra":1},
    "id":"zz","date":"2026-02-30","a/b~c":1})");
  form->text("email");
  form->text("name");
  form->text("long", {.max = 5});
  form->integer("quantity");
  form->integer("big", {1, 10});
  form->integer("huge");
  form->boolean("missing");
  for (const auto& line : form->objects("lines")) line.integer("quantity");
  form->money("money");
  form->uuid("id");
  form->date("date");
  CHECK(errors_of(form) ==
        "/email invalid, /name required, /long too_long, /quantity invalid, /big out_of_range, /huge "
        "out_of_range, "
        "/missing required, /lines/1 invalid, /lines/0/quantity invalid, /money/amount invalid, "
        "/money/currency invalid, /id invalid, /date invalid, /a~1b~0c unknown_field, /lines/2/price "
        "unknown_field, "
        "/money/extra unknown_field");
}

TEST_CASE("numbers are whole, plain and in range") {
  for (const char* number : {"1.5", "1.0", "1e2", "\"1\"", "true", "-0.0"}) {
    json::reader form(std::string("{\"n\":") + number + "}");
    form->integer("n", {INT64_MIN, INT64_MAX});
    INFO(number);
    CHECK(errors_of(form) == "/n invalid");
  }
  json::reader edges(R"({"a":9223372036854775807,"b":-9223372036854775808,"c":9223372036854775808})");
  CHECK(edges->integer("a", {INT64_MIN, INT64_MAX}) == INT64_MAX);
  CHECK(edges->integer("b", {INT64_MIN, INT64_MAX}) == INT64_MIN);
  edges->integer("c", {INT64_MIN, INT64_MAX});
  CHECK(errors_of(edges) == "/c out_of_range");
  json::reader amounts(R"({"money":{"amount":1000000000001,"currency":"EUR"}})");
  amounts->money("money");
  CHECK(errors_of(amounts) == "/money/amount out_of_range");
}

TEST_CASE("control characters are refused in texts") {
  for (const char* text : {R"("a\u0000b")", R"("a\nb")", R"("a\u007f")", R"("a\u0085b")", R"("\t")"}) {
    json::reader form(std::string("{\"t\":") + text + "}");
    form->text("t");
    INFO(text);
    CHECK(errors_of(form) == "/t invalid");
  }
  json::reader lines(R"({"t":"a\nb\tc","u":"a\u0007"})");
  CHECK(lines->text("t", {.lines = true}) == "a\nb\tc");
  lines->text("u", {.lines = true});
  CHECK(errors_of(lines) == "/u invalid");
}

TEST_CASE("lengths count code points, and an empty text is a missing one") {
  json::reader form(R"({"a":"ééé","b":"éé","c":"","d":""})");
  form->text("a", {.max = 3});
  form->text("b", {.min = 3});
  form->text("c");
  CHECK(form->text("d", {.min = 0}).empty());
  CHECK(errors_of(form) == "/b too_short, /c required");
}

TEST_CASE("white space alone is a missing text, and names come without it at their ends") {
  json::reader form("{\"a\":\"  \",\"b\":\"\u00A0\u3000\",\"c\":\" \",\"d\":\" x \",\"e\":[\" \"],"
                    "\"f\":\"\u00A0Zoe\u0301 Martin \",\"g\":\" \"}");
  form->text("a");
  form->text("b", json::a_name);
  CHECK_FALSE(form->optional_text("c"));
  CHECK(form->text("d") == " x ");
  form->texts("e");
  CHECK(form->text("f", json::a_name) == "Zoé Martin");
  CHECK(form->text("g", {.min = 0, .tidy = true}).empty());
  CHECK(errors_of(form) == "/a required, /b required, /c required, /e/0 required");
}

TEST_CASE("bodies that are not one JSON object are malformed") {
  for (const char* body :
       {"", "null", "[]", "1", "{", "{\"a\":1,}", "{\"a\":1}x", "{'a':1}", "{\"a\":1,\"a\":2}",
        "{\"o\":{\"a\":1,\"b\":2,\"a\":3}}", "{\"l\":[{\"a\":1,\"a\":1}]}", "{\"a\":01}",
        "{\"a\":\"\xC3\x28\"}", "{\"a\":\"\\ud800\"}", "{\"a\":NaN}", "{\"a\":1 /* */}"}) {
    json::reader form{std::string_view(body)};
    form->optional_integer("a");
    INFO(body);
    CHECK(errors_of(form) == "400 malformed");
  }
}

TEST_CASE("objects may be nested 32 deep, or as the configuration says, and no deeper") {
  const auto nested = [](int depth) {
    std::string body = "1";
    for (int i = 0; i < depth; ++i) body = "{\"a\":" + body + "}";
    json::reader form{std::string_view(body)};
    form->raw("a");
    return errors_of(form);
  };
  CHECK(nested(32).empty());
  CHECK(nested(33) == "400 malformed");
  CHECK(nested(20'000) == "400 malformed");
  json::set_depth_max(3);
  CHECK(nested(3).empty());
  CHECK(nested(4) == "400 malformed");
  json::set_depth_max(32);
  CHECK(nested(32).empty());
}

TEST_CASE("duplicates are found in wide objects too") {
  std::string body = "{";
  for (int i = 0; i < 40; ++i) body += "\"k" + std::to_string(i) + "\":1,";
  json::reader good(std::string_view(body + "\"last\":1}"));
  CHECK(good->names().size() == 41);
  json::reader bad(std::string_view(body + "\"k3\":1}"));
  CHECK(errors_of(bad) == "400 malformed");
}

TEST_CASE("fields that are known but not to be changed are refused by name") {
  json::reader form(R"({"username":"x","first_name":"A"})");
  form->refuse("username");
  form->refuse("email");
  form->text("first_name");
  CHECK(errors_of(form) == "/username read_only");
}

TEST_CASE("an object that was not sent asks for nothing") {
  json::reader form("{}");
  const auto buyer = form->optional_child("buyer");
  CHECK_FALSE(buyer);
  CHECK(buyer.text("email").empty());
  CHECK(buyer.objects("lines", {1, 2}).empty());
  form->child("needed");
  CHECK(errors_of(form) == "/needed required");
}

TEST_CASE("two readers on one thread do not disturb each other") {
  json::reader first(R"({"a":"first"})");
  json::reader second(R"({"a":"second"})");
  CHECK(first->text("a") == "first");
  CHECK(second->text("a") == "second");
}

TEST_CASE("a body has to say that it is JSON") {
  const auto json_request =
      make_request("POST /x HTTP/1.1\r\nContent-Type: Application/JSON; charset=utf-8\r\n", "{}");
  json::reader good(*json_request);
  CHECK_FALSE(good.finish().has_value());
  for (const char* field : {"", "Content-Type: text/plain\r\n", "Content-Type: application/json-patch\r\n"}) {
    const auto other = make_request(std::string("POST /x HTTP/1.1\r\n") + field, "{}");
    json::reader bad(*other);
    CHECK(bad->text("a").empty());
    CHECK(errors_of(bad) == "415 unsupported_media_type");
  }
}

TEST_CASE("dates and times are taken in one form each") {
  CHECK(json::parse_date("2026-01-31").has_value());
  for (const char* text :
       {"2026-1-31", "2026-02-29", "26-01-31", "2026-01-31 ", "2026/01/31", "0000-01-01", ""}) {
    CHECK_FALSE(json::parse_date(text).has_value());
  }
  CHECK(json::parse_time("2026-01-31T00:30:00+01:00") == json::parse_time("2026-01-30T23:30:00Z"));
  CHECK(json::parse_time("2026-01-31T00:30:00.123456789z").has_value());
  for (const char* text :
       {"2026-01-31T24:00:00Z", "2026-01-31T00:30:60Z", "2026-01-31T00:30:00", "2026-01-31",
        "2026-01-31 00:30:00Z", "2026-01-31T00:30:00.Z", "2026-01-31T00:30:00+1:00",
        "2026-01-31T00:30:00+24:00", "1969-12-31T23:59:59Z", "2026-01-31T00:30:00ZZ"}) {
    INFO(text);
    CHECK_FALSE(json::parse_time(text).has_value());
  }
  CHECK(json::parse_integer("-12") == -12);
  for (const char* text : {"", "+1", " 1", "1 ", "1.0", "0x1", "9223372036854775808"}) {
    CHECK_FALSE(json::parse_integer(text).has_value());
  }
}
