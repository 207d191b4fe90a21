#include "http/problem.hpp"
#include "tests/support/http_requests.hpp"
#include "tests/support/http_server.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <memory>

// Sizes, deadlines, numbers of connections and requests: what the server does beyond them, and when it
// drains.

using namespace foyer::http;
using foyer::test::eventually;
using foyer::test::get;
using foyer::test::named;
using foyer::test::post;
using foyer::test::raw_client;
using foyer::test::running_server;
using std::chrono_literals::operator""ms;
namespace asio = boost::asio;

namespace {

asio::awaitable<response> echo(request& of) {
  co_return text_response(200, of.body);
}

router sample() {
  router routes;
  auto importing = named("import");
  importing.body_max = 300'000;
  routes.add(verb::get, "/echo", echo, named("echo"))
      .add(verb::post, "/echo", echo, named("echo_post"))
      .add(verb::post, "/import", echo, importing);
  return routes;
}

} // namespace

TEST_CASE("what is too large is refused by its own status") {
  running_server server(sample());
  const auto refused = [&](const std::string& bytes) {
    raw_client client(server->port());
    client.send(bytes);
    const auto answer = client.read();
    CHECK(client.at_end());
    return answer.status;
  };
  CHECK(refused(get("/echo", "X: " + std::string(9000, 'a') + "\r\n")) == 431);
  CHECK(refused("GET /" + std::string(9000, 'a')) == 414);
  CHECK(refused("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n") == 413);
  CHECK(refused(post("/echo", std::string(500'000, 'x'))) == 413);
  CHECK(refused("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n") ==
        413);

  raw_client client(server->port());
  client.send(post("/echo", std::string(65'536, 'x')));
  CHECK(client.read().body.size() == 65'536);
  client.send(post("/import", std::string(300'000, 'y')));
  CHECK(client.read().body.size() == 300'000);
}

TEST_CASE("slow requests meet total deadlines") {
  server_options options;
  options.header_deadline = 300ms;
  options.body_deadline = 300ms;
  options.keep_alive = 300ms;
  running_server server(sample(), options);

  raw_client head(server->port());
  head.send("GET /echo HTTP/1.1\r\n");
  CHECK(head.read().status == 408);
  CHECK(head.at_end());

  raw_client drip(server->port());
  const auto begun = std::chrono::steady_clock::now();
  drip.send("GET /echo HTTP/1.1\r\nX: ");
  while (drip.silent_for(20ms)) drip.send("a"); // never idle for long, but slow in all
  CHECK(drip.read().status == 408);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));

  raw_client body(server->port());
  body.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(body.read().status == 408);
  CHECK(body.at_end());

  raw_client idle(server->port());
  idle.send(get("/echo"));
  CHECK(idle.read().status == 200);
  CHECK(idle.at_end()); // without an answer that the next request could take for its own
}

TEST_CASE("a handler beyond its deadline is answered 503, and ends by itself") {
  server_options options;
  options.handler_deadline = 200ms;
  struct observed {
    std::atomic<bool> ended{false};
    std::atomic<bool> request_intact{false};
  };
  const auto seen = std::make_shared<observed>();
  auto routes = sample();
  routes.add(
      verb::post, "/slow",
      [seen](request& of) -> asio::awaitable<response> {
        asio::steady_timer timer(co_await asio::this_coro::executor, 600ms);
        co_await timer.async_wait(asio::use_awaitable);
        seen->request_intact = of.body == "kept" && of.path == "/slow";
        seen->ended = true;
        co_return no_content();
      },
      named("slow"));
  running_server server(std::move(routes), options);
  raw_client client(server->port());
  client.send(post("/slow", "kept"));
  const auto answer = client.read();
  CHECK(answer.status == 503);
  CHECK(answer.field("retry-after") == "1");
  CHECK(answer.field("connection") == "close");
  CHECK(answer.body.find("\"code\":\"unavailable\"") != std::string::npos);
  CHECK(client.at_end());
  CHECK_FALSE(seen->ended);
  CHECK(eventually([&] { return seen->ended.load(); }));
  CHECK(seen->request_intact);
  CHECK(eventually([&] { return server->connections() == 0; }));
}

TEST_CASE("connections are bounded per address and in all") {
  server_options options;
  options.connections_per_address_max = 2;
  options.connections_max = 3;
  running_server server(sample(), options);
  const auto served = [](raw_client& client) {
    client.send(get("/echo"));
    return client.read().status;
  };
  auto first = std::make_unique<raw_client>(server->port());
  raw_client second(server->port());
  CHECK(served(*first) == 200);
  CHECK(served(second) == 200);
  raw_client third(server->port());
  CHECK(third.read().status == 503);
  CHECK(third.at_end());
  raw_client elsewhere(server->port(), "127.0.0.2");
  CHECK(served(elsewhere) == 200);
  raw_client too_many(server->port(), "127.0.0.3");
  CHECK(too_many.read().status == 503);
  first.reset();
  CHECK(eventually([&] { return server->connections() == 2; }));
  raw_client again(server->port());
  CHECK(served(again) == 200);
}

TEST_CASE("requests under way are bounded, and the surplus is told at once to come again") {
  auto routes = sample();
  const auto entered = std::make_shared<std::atomic<bool>>(false);
  const auto released = std::make_shared<std::atomic<bool>>(false);
  routes.add(
      verb::get, "/hold",
      [entered, released](request&) -> asio::awaitable<response> {
        *entered = true;
        asio::steady_timer timer(co_await asio::this_coro::executor);
        while (!*released) {
          timer.expires_after(1ms);
          co_await timer.async_wait(asio::use_awaitable);
        }
        co_return text_response(200, "done");
      },
      named("hold"));
  auto alive = named("alive");
  alive.group = "operations";
  routes.add(
      verb::get, "/alive", [](request&) -> asio::awaitable<response> { co_return text_response(200, "yes"); },
      alive);
  server_options options;
  options.in_flight_max = 1;
  running_server server(std::move(routes), options);
  raw_client busy(server->port());
  busy.send(get("/hold"));
  REQUIRE(eventually([&] { return entered->load(); }));
  raw_client other(server->port());
  other.send(get("/echo"));
  const auto refused = other.read();
  CHECK(refused.status == 503);
  CHECK(refused.field("retry-after") == "1");
  // On the same connection; and whoever watches is always answered.
  other.send(get("/alive"));
  CHECK(other.read().status == 200);
  *released = true;
  CHECK(busy.read().body == "done");
  other.send(get("/echo"));
  CHECK(other.read().status == 200);
}

TEST_CASE("draining finishes what is under way and refuses what is new") {
  auto routes = sample();
  const auto entered = std::make_shared<std::atomic<bool>>(false);
  routes.add(
      verb::get, "/wait",
      [entered](request&) -> asio::awaitable<response> {
        *entered = true;
        asio::steady_timer timer(co_await asio::this_coro::executor, 300ms);
        co_await timer.async_wait(asio::use_awaitable);
        co_return text_response(200, "done");
      },
      named("wait"));
  running_server server(std::move(routes));
  raw_client idle(server->port());
  idle.send(get("/echo"));
  CHECK(idle.read().status == 200);
  raw_client busy(server->port());
  busy.send(get("/wait"));
  REQUIRE(eventually([&] { return entered->load(); }));
  std::promise<void> empty;
  server->drain([&] { empty.set_value(); });
  CHECK(idle.at_end());
  const auto answer = busy.read();
  CHECK(answer.body == "done");
  CHECK(answer.field("connection") == "close");
  CHECK(busy.at_end());
  CHECK(empty.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  CHECK_THROWS(raw_client(server->port()));
}
