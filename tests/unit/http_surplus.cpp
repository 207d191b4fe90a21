// What becomes of requests beyond those under way at most (http.in_flight_max).

#include "tests/support/http_server.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <future>

using namespace foyer::http;
using foyer::test::raw_client;
using foyer::test::running_server;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using steady = std::chrono::steady_clock;
namespace asio = boost::asio;

namespace {

std::string get(std::string_view target, std::string_view fields = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) + "\r\n";
}

template <class Condition>
bool eventually(Condition met) {
  const auto end = steady::now() + 10s;
  while (!met()) {
    if (steady::now() > end) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

/// A server with room for one request, which its `/hold` takes until release().
class full_house {
public:
  explicit full_house(server_options options = {}) : serving_(routes(), with_one(std::move(options))) {
    occupy();
  }
  ~full_house() { release(); }

  void occupy() {
    released_ = false;
    entered_ = false;
    busy_ = std::make_unique<raw_client>(serving_->port());
    busy_->send(get("/hold"));
    REQUIRE(eventually([&] { return entered_.load(); }));
  }
  /// Ends `/hold`; there is room afterwards.
  void release() {
    released_ = true;
    if (busy_) busy_->read();
    busy_.reset();
  }
  int served() const { return served_; }
  std::string figures() { return serving_.figures.exposition(); }
  bool has_held(int count) {
    return figures().find("foyer_http_held_requests_total " + std::to_string(count)) != std::string::npos;
  }
  bool has_refused(int count) {
    return figures().find("foyer_http_refused_requests_total " + std::to_string(count)) != std::string::npos;
  }
  /// Has this client ask until it is kept waiting: where more than a second went by, it is refused once more.
  void keep_waiting(raw_client& client) {
    for (int refused = 1;; ++refused) {
      client.send(get("/seat"));
      REQUIRE(eventually([&] { return has_held(1) || has_refused(refused); }));
      if (has_held(1)) return;
      REQUIRE(client.read().status == 503);
    }
  }
  running_server& operator*() { return serving_; }
  running_server* operator->() { return &serving_; }
  std::uint16_t port() { return serving_->port(); }

private:
  router routes() {
    router out;
    route_info hold, seat, alive;
    hold.operation = "hold";
    seat.operation = "seat";
    alive.operation = "alive";
    alive.group = "operations";
    out.add(
           verb::get, "/hold",
           [this](request&) -> asio::awaitable<response> {
             entered_ = true;
             asio::steady_timer timer(co_await asio::this_coro::executor);
             while (!released_) {
               timer.expires_after(1ms);
               co_await timer.async_wait(asio::use_awaitable);
             }
             co_return text_response(200, "done");
           },
           hold)
        .add(
            verb::get, "/seat",
            [this](request&) -> asio::awaitable<response> {
              ++served_;
              co_return text_response(200, "yours");
            },
            seat)
        .add(
            verb::get, "/alive",
            [](request&) -> asio::awaitable<response> { co_return text_response(200, "yes"); }, alive);
    return out;
  }
  static server_options with_one(server_options options) {
    options.in_flight_max = 1;
    return options;
  }

  std::atomic<bool> entered_{false};
  std::atomic<bool> released_{false};
  std::atomic<int> served_{0};
  running_server serving_;
  std::unique_ptr<raw_client> busy_;
};

} // namespace

TEST_CASE("the surplus is refused at once, and whoever keeps to Retry-After is never kept waiting") {
  full_house house;
  raw_client client(house.port());
  for (int round = 0; round < 2; ++round) {
    client.send(get("/seat"));
    const auto refused = client.read();
    CHECK(refused.status == 503);
    CHECK(refused.field("retry-after") == "1");
    CHECK(refused.field("content-type") == "application/problem+json");
    CHECK(refused.body.find(R"("code":"unavailable")") != std::string::npos);
    CHECK(refused.field("connection").empty());
    CHECK_FALSE(refused.field("x-request-id").empty());
    // What it was told.
    std::this_thread::sleep_for(1s);
  }
  CHECK(house.figures().find("foyer_http_held_requests_total 0") != std::string::npos);
  CHECK(house.figures().find("foyer_http_refused_requests_total 2") != std::string::npos);
  CHECK(house.served() == 0);
}

TEST_CASE("who comes again before Retry-After is over waits for it, and is answered then") {
  full_house house;
  raw_client client(house.port());
  const auto first = steady::now();
  house.keep_waiting(client);
  // Another one behind it, which waits out what this one is told.
  client.send(get("/seat"));
  CHECK(client.read().status == 503);
  CHECK(steady::now() - first >= 1s);
  REQUIRE(eventually([&] { return house.has_held(2); }));
  // Nobody else waits for that.
  raw_client other(house.port());
  other.send(get("/seat"));
  CHECK(other.read().status == 503);
  CHECK(house.has_held(2));
  house.release();
  auto last = client.read();
  if (last.status == 503) { // its time was over just before
    client.send(get("/seat"));
    last = client.read();
  }
  CHECK(last.body == "yours");
  CHECK(house.served() == 1);
}

TEST_CASE("as soon as there is room nobody waits for what he was told, and who watches never does") {
  full_house house;
  raw_client client(house.port());
  client.send(get("/seat"));
  REQUIRE(client.read().status == 503);
  client.send(get("/alive"));
  CHECK(client.read().status == 200);
  house.release();
  client.send(get("/seat"));
  CHECK(client.read().body == "yours");
  CHECK(house.figures().find("foyer_http_held_requests_total 0") != std::string::npos);
}

TEST_CASE("a trusted proxy's connection is never kept waiting: it carries other clients' requests too") {
  server_options options;
  options.trusted_proxies = {"127.0.0.0/8"};
  full_house house(options);
  raw_client proxy(house.port());
  for (int client = 1; client <= 3; ++client) {
    proxy.send(get("/seat", "X-Forwarded-For: 192.0.2." + std::to_string(client) + "\r\n"));
    CHECK(proxy.read().status == 503);
  }
  CHECK(house.figures().find("foyer_http_held_requests_total 0") != std::string::npos);
}

TEST_CASE("the more are refused, the later they are told to come again") {
  server_options options;
  options.trusted_proxies = {"127.0.0.0/8"};
  full_house house(options);
  raw_client proxy(house.port());
  std::string many;
  constexpr int at_once = 50;
  for (int i = 0; i < at_once; ++i) many += get("/seat");
  // Far more than are refused within a second without anybody's noticing, however slow this machine is.
  std::string longest = "1";
  for (int round = 0; round < 200 && longest == "1"; ++round) {
    proxy.send(many);
    for (int i = 0; i < at_once; ++i) longest = std::max(longest, proxy.read().field("retry-after"));
  }
  CHECK(longest == "2");
}

TEST_CASE("draining and stopping do not wait for who is kept waiting") {
  for (const bool gently : {true, false}) {
    full_house house;
    raw_client client(house.port());
    house.keep_waiting(client);
    if (!gently) {
      (*house)->stop();
      CHECK(client.read().status == 0);
      // But for the one whose handler is not over.
      CHECK(eventually([&] { return (*house)->connections() == 1; }));
      continue;
    }
    std::promise<void> empty;
    (*house)->drain([&] { empty.set_value(); });
    const auto last = client.read();
    CHECK(last.status == 503);
    // Or it was over just before.
    CHECK((last.field("connection") == "close" || last.field("connection").empty()));
    CHECK(client.at_end());
    house.release();
    CHECK(empty.get_future().wait_for(10s) == std::future_status::ready);
  }
}
