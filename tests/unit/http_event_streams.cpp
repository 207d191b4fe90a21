#include "http/operations/routes.hpp"
#include "http/staff/progress_events.hpp"
#include "tests/support/http_requests.hpp"
#include "tests/support/http_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <memory>

using namespace foyer::http;
using foyer::test::eventually;
using foyer::test::get;
using foyer::test::named;
using foyer::test::raw_client;
using foyer::test::running_server;
namespace asio = boost::asio;

TEST_CASE("a stream of events ends when its handler, its client or the server does") {
  router routes;
  const auto ended = std::make_shared<std::atomic<int>>(0);
  routes.add(
      verb::get, "/events",
      [ended](request& of) -> asio::awaitable<response> {
        const bool forever = of.query("forever").has_value();
        co_return event_stream([ended, forever](body_stream& out) -> asio::awaitable<void> {
          co_await out.write("data: 1\n\n");
          co_await out.write("data: 2\n\n");
          while (forever) {
            if (!co_await out.wait(std::chrono::hours(1))) break;
          }
          ++*ended;
        });
      },
      named("events"));
  running_server server(std::move(routes));

  raw_client whole(server->port());
  whole.send(get("/events"));
  const auto answer = whole.read();
  CHECK(answer.field("content-type") == "text/event-stream");
  CHECK(answer.body == "data: 1\n\ndata: 2\n\n");
  CHECK(whole.at_end());
  CHECK(ended->load() == 1);

  auto leaving = std::make_unique<raw_client>(server->port());
  leaving->send(get("/events?forever"));
  CHECK(leaving->read(true).status == 200);
  leaving.reset();
  CHECK(eventually([&] { return ended->load() == 2; }));

  raw_client staying(server->port());
  staying.send(get("/events?forever"));
  CHECK(staying.read(true).status == 200);
  std::promise<void> empty;
  server->drain([&] { empty.set_value(); });
  CHECK(empty.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  CHECK(ended->load() == 3);
}

TEST_CASE("a waiting stream is woken from any thread, also before it waits and after its end") {
  router routes;
  const auto wakers = std::make_shared<std::promise<std::function<void()>>>();
  routes.add(
      verb::get, "/events",
      [wakers](request&) -> asio::awaitable<response> {
        co_return event_stream([wakers](body_stream& out) -> asio::awaitable<void> {
          const auto waker = out.waker();
          waker();
          co_await out.wait(std::chrono::hours(1));
          wakers->set_value(waker);
          co_await out.wait(std::chrono::hours(1));
          co_await out.write("data: woken\n\n");
        });
      },
      named("events"));
  running_server server(std::move(routes));
  raw_client client(server->port());
  client.send(get("/events"));
  const auto waker = wakers->get_future().get();
  waker();
  CHECK(client.read().body == "data: woken\n\n");
  CHECK(client.at_end());
  waker();
}

TEST_CASE(
    "A12 the events of something under way end before it does, so that it is asked again who hears them") {
  router routes;
  routes.add(
      verb::get, "/events",
      [](request& of) -> asio::awaitable<response> {
        const bool soon = of.query("soon").has_value();
        staff::progress_look look = [soon,
                                     looks = 0]() mutable -> asio::awaitable<std::optional<staff::progress>> {
          ++looks;
          if (looks == 2) co_return std::nullopt; // it could not be read
          co_return staff::progress{looks < 4 ? "1" : "2", soon && looks == 5};
        };
        co_return staff::progress_events(std::move(look), std::chrono::milliseconds{1},
                                         std::chrono::milliseconds{soon ? 20'000 : 1'000});
      },
      named("events"));
  running_server server(std::move(routes));
  for (const auto* target : {"/events", "/events?soon"}) {
    raw_client client(server->port());
    client.send(get(target));
    // Each state once, then the end, whether or not there is more to come.
    CHECK(client.read().body == "event: progress\ndata: 1\n\nevent: progress\ndata: 2\n\n");
    CHECK(client.at_end());
  }
}

TEST_CASE("health, readiness and figures are answered") {
  router routes;
  const auto reason = std::make_shared<std::string>();
  operations::add_health_routes(routes, [reason] { return *reason; });
  metrics shown;
  shown.add_counter("foyer_shown_total", "Shown.").add();
  operations::add_metrics_route(routes, shown);
  server_options options;
  options.threads = 1;
  running_server server(std::move(routes), options);
  raw_client client(server->port());
  client.send(get("/healthz") + get("/readyz") + get("/metrics"));
  CHECK(client.read().status == 200);
  CHECK(client.read().status == 200);
  CHECK(client.read().body.find("foyer_shown_total 1\n") != std::string::npos);
  *reason = "the journal is not writing";
  client.send(get("/readyz"));
  const auto unready = client.read();
  CHECK(unready.status == 503);
  CHECK(unready.body == R"({"status":"not_ready","detail":"the journal is not writing"})");
  const auto text = server.figures.exposition();
  CHECK(text.find("foyer_http_requests_total{operation=\"readyz\",status=\"503\"} 1\n") != std::string::npos);
  CHECK(text.find("foyer_http_connections{listener=\"public\"} 1\n") != std::string::npos);
}
