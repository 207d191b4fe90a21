#include "tests/support/http_server.hpp"

#include "http/problem.hpp"
#include "tests/support/http_requests.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace foyer::http;
using foyer::test::get;
using foyer::test::named;
using foyer::test::post;
using foyer::test::raw_client;
using foyer::test::running_server;
namespace asio = boost::asio;

namespace {

asio::awaitable<response> echo(request& of) {
  co_return text_response(200, std::string(name_of(of.method)) + " " + std::string(of.path) + " " + of.body);
}

asio::awaitable<response> fail(request&) {
  throw std::runtime_error("on purpose");
  co_return no_content();
}

asio::awaitable<response> address(request& of) {
  co_return text_response(200, std::string(of.remote_address));
}

router sample() {
  router routes;
  auto paying = named("pay");
  paying.idempotent = true;
  routes.add(verb::get, "/echo", echo, named("echo"))
      .add(verb::post, "/echo", echo, named("echo_post"))
      .add(verb::post, "/pay", echo, paying)
      .add(verb::get, "/address", address, named("address"))
      .add(verb::get, "/fail", fail, named("fail"));
  return routes;
}

} // namespace

TEST_CASE("a connection is kept and answers one request after the other") {
  running_server server(sample());
  raw_client client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send(get("/echo"));
    const auto answer = client.read();
    CHECK(answer.status == 200);
    CHECK(answer.body == "GET /echo ");
    CHECK(answer.field("connection").empty());
    CHECK(answer.field("content-type") == "text/plain; charset=utf-8");
    CHECK(answer.field("date").ends_with(" GMT"));
    CHECK(answer.field("x-content-type-options") == "nosniff");
    CHECK(answer.field("referrer-policy") == "same-origin");
    CHECK(answer.field("cache-control") == "no-store");
    CHECK(answer.field("content-security-policy").find("default-src 'none'") == 0);
    CHECK(answer.field("content-security-policy").find("frame-ancestors 'none'") != std::string::npos);
    CHECK(answer.field("strict-transport-security").empty());
    CHECK_FALSE(answer.field("x-request-id").empty());
  }
  client.send(get("/echo", "Connection: close\r\n"));
  CHECK(client.read().field("connection") == "close");
  CHECK(client.at_end());
}

TEST_CASE("pipelined requests are answered in their order") {
  running_server server(sample());
  raw_client client(server->port());
  client.send(post("/echo", "first") + get("/echo") + post("/echo", "second") + get("/none") + get("/echo"));
  CHECK(client.read().body == "POST /echo first");
  CHECK(client.read().body == "GET /echo ");
  CHECK(client.read().body == "POST /echo second");
  CHECK(client.read().status == 404);
  CHECK(client.read().body == "GET /echo ");
}

TEST_CASE("a request may arrive byte by byte") {
  running_server server(sample());
  raw_client client(server->port());
  for (const char c : post("/echo", "slow") + get("/echo")) client.send({&c, 1});
  CHECK(client.read().body == "POST /echo slow");
  CHECK(client.read().body == "GET /echo ");
}

TEST_CASE("chunked bodies arrive whole, and the next request behind them") {
  running_server server(sample());
  raw_client client(server->port());
  client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  client.send("7\r\n, world\r\n0\r\n\r\n" + get("/echo"));
  CHECK(client.read().body == "POST /echo hello, world");
  CHECK(client.read().body == "GET /echo ");
}

TEST_CASE("what could be framed in two ways gets 400 and the connection closed") {
  running_server server(sample());
  const std::string tail = get("/echo"); // what a smuggler would have answered
  for (const std::string lines :
       {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n", "Content-Length: 0\r\nContent-Length: 30\r\n\r\n",
        "Content-Length: +0\r\n\r\n", "Content-Length : 0\r\n\r\n", "X: a\r\n b\r\n\r\n", "X: a\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: a\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0\n\n", "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
        "Host: localhost\r\n\r\n", "X: \x01\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n"}) {
    INFO(lines);
    raw_client client(server->port());
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\n" + lines + tail);
    const auto answer = client.read();
    CHECK(answer.status == 400);
    CHECK(answer.field("connection") == "close");
    CHECK(answer.field("content-type") == "application/problem+json");
    CHECK(answer.body.find("\"code\":\"malformed\"") != std::string::npos);
    CHECK(client.at_end());
  }
  raw_client stranger(server->port());
  stranger.send("GET /echo HTTP/1.1\r\nHost: evil.example\r\n\r\n" + tail);
  CHECK(stranger.read().body.find("\"code\":\"host_refused\"") != std::string::npos);
  CHECK(stranger.at_end());
}

TEST_CASE("an exception in a handler is one answer, not the end of the connection") {
  running_server server(sample());
  raw_client client(server->port());
  client.send(get("/fail", "X-Request-Id: from-the-client.1\r\n"));
  const auto answer = client.read();
  CHECK(answer.status == 500);
  CHECK(answer.field("x-request-id") == "from-the-client.1");
  CHECK(answer.body.find("\"code\":\"internal\"") != std::string::npos);
  CHECK(answer.body.find("on purpose") == std::string::npos);
  client.send(get("/echo", "X-Request-Id: not\"sane\r\n"));
  const auto next = client.read();
  CHECK(next.status == 200);
  CHECK(next.field("x-request-id") != "not\"sane");
}

TEST_CASE("HEAD, OPTIONS, 404 and 405 come from the table of routes") {
  running_server server(sample());
  raw_client client(server->port());
  client.send("HEAD /echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto head = client.read(true);
  CHECK(head.status == 200);
  CHECK(head.field("content-length") == "11");
  client.send("OPTIONS /echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto options = client.read();
  CHECK(options.status == 204);
  CHECK(options.field("allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(options.field("content-length").empty());
  client.send("DELETE /echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto wrong = client.read();
  CHECK(wrong.status == 405);
  CHECK(wrong.field("allow") == "GET, HEAD, POST, OPTIONS");
  client.send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/none"));
  CHECK(client.read().status == 204);
  CHECK(client.read().body.find("\"code\":\"not_found\"") != std::string::npos);
}

TEST_CASE("100 Continue is sent when it is waited for, and not for what is refused") {
  running_server server(sample());
  raw_client client(server->port());
  client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read().status == 100);
  client.send("ok");
  CHECK(client.read().body == "POST /echo ok");
  client.send("POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read().status == 404);
  CHECK(client.at_end());
}

TEST_CASE("what moves money needs an Idempotency-Key") {
  running_server server(sample());
  raw_client client(server->port());
  client.send(post("/pay", "x"));
  const auto missing = client.read();
  CHECK(missing.status == 400);
  CHECK(missing.body.find("\"code\":\"idempotency_key_required\"") != std::string::npos);
  client.send(post("/pay", "x", "Idempotency-Key: " + std::string(256, 'k') + "\r\n"));
  CHECK(client.read().status == 400);
  client.send(post("/pay", "x", "Idempotency-Key: " + std::string(255, 'k') + "\r\n"));
  CHECK(client.read().status == 200);
}

TEST_CASE("the gate sees who asks before the handler does") {
  auto routes = sample();
  auto guarded = named("mine");
  guarded.access = access::login;
  routes.add(
      verb::get, "/mine",
      [](request& of) -> asio::awaitable<response> {
        co_return text_response(200, std::any_cast<std::string>(of.caller));
      },
      guarded);
  routes.set_gate([](request& of) -> asio::awaitable<std::optional<response>> {
    if (of.bearer() != "good") co_return response(not_authenticated());
    of.caller = std::string("claire");
    co_return std::nullopt;
  });
  running_server server(std::move(routes));
  raw_client client(server->port());
  client.send(get("/mine") + get("/mine", "Authorization: Bearer good\r\n") + get("/echo"));
  CHECK(client.read().status == 401);
  CHECK(client.read().body == "claire");
  CHECK(client.read().status == 200);
}

TEST_CASE("X-Forwarded-For counts only from trusted proxies") {
  running_server plain(sample());
  raw_client client(plain->port());
  client.send(get("/address", "X-Forwarded-For: 203.0.113.5\r\n"));
  CHECK(client.read().body == "127.0.0.1");
  server_options options;
  options.trusted_proxies = {"127.0.0.0/8"};
  running_server proxied(sample(), options);
  raw_client proxy(proxied->port());
  proxy.send(get("/address", "X-Forwarded-For: 203.0.113.5\r\nX-Forwarded-Proto: https\r\n") +
             get("/address"));
  const auto answer = proxy.read();
  CHECK(answer.body == "203.0.113.5");
  CHECK(answer.field("strict-transport-security") == "max-age=31536000");
  CHECK(proxy.read().body == "127.0.0.1");
}

TEST_CASE("HTTP/1.0 is answered once, without chunks") {
  running_server server(sample());
  raw_client client(server->port());
  client.send("GET /echo HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
  const auto answer = client.read();
  CHECK(answer.status == 200);
  CHECK(answer.field("connection") == "close");
  CHECK(client.at_end());
}
