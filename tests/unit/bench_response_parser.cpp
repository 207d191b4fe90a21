#include "bench/response_parser.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using foyer::bench::response_parser;
using result = response_parser::result;

namespace {

const std::string created =
    "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\ncontent-length:  7\r\n\r\n{\"a\":1}";

result feed(response_parser& parser, std::string_view bytes) {
  std::size_t used = 0;
  return parser.consume(bytes, used);
}

} // namespace

TEST_CASE("bench response parser: an answer in one piece") {
  response_parser parser;
  std::size_t used = 0;
  REQUIRE(parser.consume(created, used) == result::complete);
  CHECK(used == created.size());
  CHECK(parser.status() == 201);
  CHECK(parser.body_start() == "{\"a\":1}");
  CHECK(parser.body_size() == 7);
  CHECK_FALSE(parser.closes());
}

TEST_CASE("bench response parser: an answer cut anywhere is the same answer") {
  for (std::size_t cut = 1; cut < created.size(); ++cut) {
    CAPTURE(cut);
    response_parser parser;
    CHECK(feed(parser, std::string_view{created}.substr(0, cut)) == result::need_more);
    std::size_t used = 0;
    REQUIRE(parser.consume(std::string_view{created}.substr(cut), used) == result::complete);
    CHECK(used == created.size() - cut);
    CHECK(parser.status() == 201);
    CHECK(parser.body_start() == "{\"a\":1}");
  }
}

TEST_CASE("bench response parser: byte by byte, two answers in a row") {
  response_parser parser;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < created.size(); ++i)
      REQUIRE(feed(parser, {&created[i], 1}) ==
              (i + 1 < created.size() ? result::need_more : result::complete));
    CHECK(parser.status() == 201);
    parser.next();
  }
}

TEST_CASE("bench response parser: it stops at the end of the answer") {
  response_parser parser;
  std::size_t used = 0;
  REQUIRE(parser.consume(created + "HTTP/1.1", used) == result::complete);
  CHECK(used == created.size());
}

TEST_CASE("bench response parser: 204 has no body and needs no length") {
  response_parser parser;
  CHECK(feed(parser, "HTTP/1.1 204 No Content\r\n\r\n") == result::complete);
  CHECK(parser.status() == 204);
}

TEST_CASE("bench response parser: the end of the connection is announced") {
  response_parser parser;
  CHECK(feed(parser, "HTTP/1.1 503 \r\nConnection: CLOSE\r\nContent-Length: 0\r\n\r\n") == result::complete);
  CHECK(parser.closes());
  parser.next();
  CHECK(feed(parser, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n") == result::complete);
  CHECK(parser.closes());
}

TEST_CASE("bench response parser: only the body's start is kept") {
  response_parser parser;
  const std::string body(100'000, 'x');
  const auto head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  CHECK(feed(parser, head + body.substr(0, 500)) == result::need_more);
  CHECK(feed(parser, body.substr(500)) == result::complete);
  CHECK(parser.body_start() == body.substr(0, response_parser::body_start_max));
}

TEST_CASE("bench response parser: what can't be framed is refused") {
  const std::vector<std::string> bad{
      "HTTP/1.1 200 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
      "HTTP/1.1 2x0 OK\r\nContent-Length: 1\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/2 200\r\nContent-Length: 1\r\n\r\n",
      "SSH-2.0-OpenSSH\r\n\r\n",
      "HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 1\r\n\r\n",
  };
  for (const auto& text : bad) {
    CAPTURE(text);
    response_parser parser;
    CHECK(feed(parser, text) == result::broken);
  }
}

TEST_CASE("bench response parser: a head without end is given up") {
  response_parser parser;
  auto last = feed(parser, "HTTP/1.1 200 OK\r\n");
  for (int i = 0; i < 100 && last == result::need_more; ++i) last = feed(parser, std::string(1000, 'a'));
  CHECK(last == result::broken);
}
