#include "http/server/guard.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace foyer::http;

namespace {

const std::vector<std::string> our_hosts{"shop.example"};

framing read(request& into, std::string head) {
  into.head_bytes = std::move(head);
  guard_limits limits;
  limits.allowed_hosts = our_hosts;
  return read_head(into, limits);
}

verdict verdict_of(const std::string& head) {
  request into;
  return read(into, head).result;
}

/// A good GET with these lines added.
std::string with(const std::string& lines) {
  return "GET / HTTP/1.1\r\nHost: shop.example\r\n" + lines + "\r\n";
}

} // namespace

TEST_CASE("the guard reads an ordinary head") {
  request into;
  const auto framing =
      read(into, "POST /api/v1/orgs/caf%C3%A9/x?q=a+b%26c&empty&q=2 HTTP/1.1\r\nHost: SHOP.example:8080\r\n"
                 "Content-Type:application/json\r\nX-Padded: \t value \t\r\nContent-Length: 12\r\n"
                 "Cookie: a=1; foyer=secret; b=2\r\nAuthorization: bearer token-1\r\n\r\n");
  REQUIRE(framing.result == verdict::ok);
  CHECK(framing.content_length == 12);
  CHECK(framing.keep_alive);
  CHECK_FALSE(framing.chunked);
  CHECK(into.method == verb::post);
  CHECK(into.path == "/api/v1/orgs/caf\xC3\xA9/x");
  CHECK(into.raw_query == "q=a+b%26c&empty&q=2");
  CHECK(into.query("q") == "a b&c");
  CHECK(into.query("empty") == "");
  CHECK_FALSE(into.query("none").has_value());
  CHECK(into.query_pairs().size() == 3);
  CHECK(into.host == "shop.example:8080");
  CHECK(into.header("content-type") == "application/json");
  CHECK(into.header("x-padded") == "value");
  CHECK(into.cookie("foyer") == "secret");
  CHECK_FALSE(into.cookie("oyer").has_value());
  CHECK(into.bearer() == "token-1");
}

TEST_CASE("the guard refuses what two parsers could frame differently") {
  const std::vector<std::string> heads{
      // Transfer-Encoding
      with("Transfer-Encoding: gzip, chunked\r\n"),
      with("Transfer-Encoding: chunked, chunked\r\n"),
      with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
      with("Transfer-Encoding: identity\r\n"),
      with("Transfer-Encoding: chunked, identity\r\n"),
      with("Transfer-Encoding: xchunked\r\n"),
      with("Transfer-Encoding: \"chunked\"\r\n"),
      with("Transfer-Encoding:\tchunked\r\n"),
      with("Transfer-Encoding: \x0b"
           "chunked\r\n"),
      with("Transfer-Encoding: chunked \r\n"),
      with("Transfer-Encoding:\r\n"),
      with("Transfer-Encoding : chunked\r\n"),
      with("Transfer_Encoding: chunked\r\n"),
      with("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"),
      with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
      "POST / HTTP/1.0\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\n",
      // Content-Length
      with("Content-Length: 3\r\nContent-Length: 3\r\n"),
      with("Content-Length: 3\r\nContent-Length: 4\r\n"),
      with("Content-Length: 3, 3\r\n"),
      with("Content-Length: +3\r\n"),
      with("Content-Length: -3\r\n"),
      with("Content-Length: 03\r\n"),
      with("Content-Length: 0x3\r\n"),
      with("Content-Length:  3\r\n"),
      with("Content-Length: 3 \r\n"),
      with("Content-Length:\t3\r\n"),
      with("Content-Length: 3 4\r\n"),
      with("Content-Length:\r\n"),
      with("Content-Length: 3;\r\n"),
      with("Content-Length: 99999999999999999999\r\n"),
      with("Content-Length : 3\r\n"),
      with("Content_Length: 3\r\n"),
      // Fields
      with("X-Folded: a\r\n b\r\n"),
      with("X-Folded: a\r\n\tb\r\n"),
      with(" X-Space: a\r\n"),
      with("X Space: a\r\n"),
      with(std::string("X-Nul: a\0b\r\n", 11)),
      with("X-Bell: a\x07\r\n"),
      with("X-Delete: a\x7f\r\n"),
      with("X-Return: a\rb\r\n"),
      with("no colon\r\n"),
      with(": no name\r\n"),
      with("X-Br\xC3\xBC"
           "cke: a\r\n"),
      // Host
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      with("Host: shop.example\r\n"),
      "GET / HTTP/1.1\r\nHost:\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: shop.example, shop.example\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: user@shop.example\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: shop.example:\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: shop.example:80a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: shop.example:123456\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: shop.example/\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
      "GET http://other.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET http://shop.example:81/ HTTP/1.1\r\nHost: shop.example:80\r\n\r\n",
      // The request line
      "GET  / HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /  HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET / x HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      " GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET\t/\tHTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /\r\nHost: shop.example\r\n\r\n",
      "GET / http/1.1\r\nHost: shop.example\r\n\r\n",
      "GET / HTTP/1.1 \r\nHost: shop.example\r\n\r\n",
      "GET / HTTP/1.10\r\nHost: shop.example\r\n\r\n",
      "G@T / HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET * HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET shop.example HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET ftp://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /#fragment HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /\\x HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /caf\xC3\xA9 HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /%zz HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /%4 HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /a%2Fb HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /a%5cb HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /a%00b HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /a%0d%0ab HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /a%C2%85b HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /%C3%28 HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /a/../b HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /a/.%2e HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /./b HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /?%00 HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /?%ff HTTP/1.1\r\nHost: shop.example\r\n\r\n",
      "GET /?% HTTP/1.1\r\nHost: shop.example\r\n\r\n",
  };
  for (const auto& head : heads) {
    INFO(head);
    CHECK(verdict_of(head) == verdict::bad_request);
  }
}

TEST_CASE("the guard tells other refusals apart") {
  CHECK(verdict_of("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n") == verdict::host_refused);
  CHECK(verdict_of("GET / HTTP/1.1\r\nHost: shop.example.evil.example\r\n\r\n") == verdict::host_refused);
  CHECK(verdict_of("GET / HTTP/2.0\r\nHost: shop.example\r\n\r\n") == verdict::unknown_version);
  CHECK(verdict_of("PRI * HTTP/2.0\r\nHost: shop.example\r\n\r\n") == verdict::unknown_version);
  CHECK(verdict_of("BREW / HTTP/1.1\r\nHost: shop.example\r\n\r\n") == verdict::unknown_method);
  CHECK(verdict_of("CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example\r\n\r\n") ==
        verdict::unknown_method);
  CHECK(verdict_of(with("Expect: 200-ok\r\n")) == verdict::unknown_expectation);
  CHECK(verdict_of("GET /" + std::string(5000, 'a') + " HTTP/1.1\r\nHost: shop.example\r\n\r\n") ==
        verdict::target_too_long);
  std::string many;
  for (int i = 0; i < 63; ++i) many += "X: y\r\n";
  CHECK(verdict_of(with(many)) == verdict::ok);
  CHECK(verdict_of(with(many + "X: y\r\n")) == verdict::too_many_fields);
}

TEST_CASE("the guard accepts what clients really send") {
  request into;
  CHECK(read(into, with("Transfer-Encoding: Chunked\r\n")).chunked);
  CHECK(read(into, with("Transfer-Encoding:chunked\r\n")).chunked);
  CHECK(read(into, with("Content-Length: 0\r\n")).result == verdict::ok);
  CHECK_FALSE(read(into, with("Connection: keep-alive, Close\r\n")).keep_alive);
  CHECK_FALSE(read(into, "GET / HTTP/1.0\r\nHost: shop.example\r\n\r\n").keep_alive);
  CHECK(read(into, with("Expect: 100-continue\r\n")).expect_continue);
  CHECK(verdict_of("GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n") == verdict::ok);
  CHECK(verdict_of("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") == verdict::ok);
  CHECK(verdict_of("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n") == verdict::ok);
  CHECK(verdict_of("OPTIONS * HTTP/1.1\r\nHost: shop.example\r\n\r\n") == verdict::ok);
  CHECK(read(into, "GET http://shop.example/a/b?c HTTP/1.1\r\nHost: shop.example\r\n\r\n").result ==
        verdict::ok);
  CHECK(into.path == "/a/b");
  CHECK(into.raw_query == "c");
  CHECK(verdict_of("GET /?a={b}|c^ HTTP/1.1\r\nHost: shop.example\r\n\r\n") == verdict::ok);
  CHECK(verdict_of("GET /.well-known/x...y HTTP/1.1\r\nHost: shop.example\r\n\r\n") == verdict::ok);
  CHECK(verdict_of(with("X-Latin: caf\xE9\r\n")) == verdict::ok);
}

TEST_CASE("the end of a head is found across pieces, and bare line feeds at once") {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
  std::size_t from = 0;
  for (std::size_t size = 0; size < head.size() - 4; ++size) {
    const auto scan = scan_head(std::string_view(head).substr(0, size), from);
    REQUIRE(scan.state == head_scan::incomplete);
    from = scan.end;
  }
  const auto whole = scan_head(head, from);
  CHECK(whole.state == head_scan::complete);
  CHECK(whole.end == head.size() - 4);
  CHECK(scan_head("GET / HTTP/1.1\n", 0).state == head_scan::bare_line_feed);
  CHECK(scan_head("GET / HTTP/1.1\r\nHost: a\n\r\n", 0).state == head_scan::bare_line_feed);
  CHECK(scan_head("\r\nGET / HTTP/1.1\r\n", 0).state == head_scan::bare_line_feed);
  CHECK(scan_head("\n", 0).state == head_scan::bare_line_feed);
}

TEST_CASE("an independent parser frames every accepted head in the same way") {
  namespace beast = boost::beast::http;
  const std::vector<std::string> lines{"Content-Length: 5\r\n",
                                       "Content-Length:7\r\n",
                                       "Transfer-Encoding: chunked\r\n",
                                       "Content-Length: 05\r\n",
                                       "Connection: close\r\n",
                                       "X-A: b\r\n",
                                       "x-a:\r\n",
                                       "X-A : b\r\n",
                                       " folded\r\n",
                                       "Transfer-Encoding: gzip\r\n",
                                       "Content-Length: 5, 5\r\n",
                                       "Expect: 100-continue\r\n",
                                       "Upgrade: websocket\r\n",
                                       "TE: trailers\r\n",
                                       "X-B: \xFF\r\n",
                                       "Connection: upgrade\r\n"};
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (std::size_t j = 0; j < lines.size(); ++j) {
      for (const std::string first :
           {"GET /a?b HTTP/1.1\r\n", "POST /a HTTP/1.1\r\n", "PUT /a HTTP/1.0\r\n"}) {
        const auto head = first + "Host: shop.example\r\n" + lines[i] + lines[j] + "\r\n";
        request into;
        const auto framing = read(into, head);
        if (framing.result != verdict::ok) continue;
        ++accepted;
        INFO(head);
        beast::request_parser<beast::empty_body> witness;
        boost::system::error_code error;
        witness.put(boost::asio::buffer(head), error);
        const bool understood =
            !error || error == beast::error::need_more || error == beast::error::unexpected_body;
        REQUIRE(understood);
        CHECK(witness.get().target() == into.target);
        CHECK(witness.get().method_string() == name_of(into.method));
        CHECK(witness.chunked() == framing.chunked);
        if (!framing.chunked) CHECK(witness.content_length().value_or(0) == framing.content_length);
        std::size_t fields = 0;
        for (const auto& field : witness.get()) fields += field.name_string().empty() ? 0U : 1U;
        CHECK(fields == into.fields.size());
      }
    }
  }
  CHECK(accepted > 100);
}
