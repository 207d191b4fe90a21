#include "bench/failure.hpp"
#include "bench/load.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <functional>
#include <set>
#include <thread>

using namespace foyer::bench;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

// Answers requests on one thread as a function of their number says; an empty answer closes the connection.
class small_server {
public:
  using answering = std::function<std::string(std::size_t number)>;

  explicit small_server(answering answer) : answer_{std::move(answer)} {
    acceptor_.listen();
    accept();
    thread_ = std::thread{[this] { context_.run(); }};
  }
  ~small_server() {
    context_.stop();
    thread_.join();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  // Only after the load has ended.
  const std::set<std::string>& requests() const { return requests_; }
  std::size_t count() const { return number_; }
  std::size_t connections() const { return connections_; }

private:
  struct session {
    explicit session(asio::io_context& context) : socket{context} {}
    asio::ip::tcp::socket socket;
    std::string bytes;
  };

  void accept() {
    auto next = std::make_shared<session>(context_);
    acceptor_.async_accept(next->socket, [this, next](boost::system::error_code error) {
      if (error) return;
      ++connections_;
      read(next);
      accept();
    });
  }

  void read(const std::shared_ptr<session>& from) {
    asio::async_read_until(from->socket, asio::dynamic_buffer(from->bytes), "\r\n\r\n",
                           [this, from](boost::system::error_code error, std::size_t size) {
                             if (error) return;
                             requests_.insert(from->bytes.substr(0, size));
                             from->bytes.erase(0, size);
                             const auto text = answer_(number_++);
                             if (text.empty()) return from->socket.close();
                             boost::system::error_code ignored;
                             asio::write(from->socket, asio::buffer(text), ignored);
                             read(from);
                           });
  }

  answering answer_;
  asio::io_context context_{1};
  asio::ip::tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
  std::thread thread_;
  std::set<std::string> requests_;
  std::size_t number_ = 0;
  std::size_t connections_ = 0;
};

load_plan plan_for(const small_server& server) {
  load_plan plan;
  plan.host = "127.0.0.1";
  plan.port = server.port();
  plan.duration = 300ms;
  auto& stream = plan.streams.emplace_back();
  stream.connections = 4;
  stream.shapes = {request_shape::make("GET", "/a", "h", {}, true),
                   request_shape::make("GET", "/b", "h", {}, true)};
  stream.callers = {{std::string(43, '1'), {}, {}}, {std::string(43, '2'), {}, {}}};
  return plan;
}

const std::string fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const std::atomic<bool> never{false};

} // namespace

TEST_CASE("bench load: each request is answered once and counted once") {
  small_server server{[](std::size_t) { return fine; }};
  int starts = 0, ends = 0;
  load_hooks hooks;
  hooks.measuring_starts = [&] { ++starts; };
  hooks.measuring_ends = [&] { ++ends; };
  const auto result = run_load(plan_for(server), hooks, never);
  CHECK(starts == 1);
  CHECK(ends == 1);
  CHECK(result.succeeded > 0);
  CHECK(result.succeeded <= result.succeeded_in_all);
  CHECK(result.succeeded_in_all == server.count());
  // No request is like another, because each has a key of its own.
  CHECK(server.requests().size() == server.count());
  CHECK(server.connections() == 5); // and one to try whether there is a server
  CHECK(result.failed() == 0);
  CHECK(result.latency.count() == result.succeeded);
  CHECK(result.measured >= 300ms);
}

TEST_CASE("bench load: the warm-up is not counted") {
  small_server server{[](std::size_t) { return fine; }};
  auto plan = plan_for(server);
  plan.warm_up = 300ms;
  const auto result = run_load(plan, {}, never);
  CHECK(result.succeeded < result.succeeded_in_all);
}

TEST_CASE("bench load: other statuses are counted apart, with the first one's text") {
  small_server server{[](std::size_t number) {
    return number % 2 == 0 ? fine : "HTTP/1.1 409 Conflict\r\nContent-Length: 8\r\n\r\nsold out";
  }};
  const auto result = run_load(plan_for(server), {}, never);
  REQUIRE(result.errors_by_status.size() == 1);
  CHECK(result.errors_by_status.at(409) > 0);
  CHECK(result.errors_by_status.at(409) + result.succeeded_in_all == server.count());
  CHECK(result.first_error == "status 409: sold out");
}

TEST_CASE("bench load: closed connections are opened again, and their requests are of unknown fate") {
  small_server server{[](std::size_t number) { return number % 10 == 9 ? std::string{} : fine; }};
  const auto result = run_load(plan_for(server), {}, never);
  CHECK(result.succeeded > 0);
  CHECK(result.connection_errors > 0);
  CHECK(result.unknown_in_all == result.connection_errors);
  CHECK(result.succeeded_in_all + result.unknown_in_all == server.count());
}

TEST_CASE("bench load: an announced close is no error") {
  small_server server{
      [](std::size_t) { return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"; }};
  const auto result = run_load(plan_for(server), {}, never);
  CHECK(result.succeeded > 0);
  CHECK(result.failed() == 0);
  CHECK(server.connections() > 5);
}

TEST_CASE("bench load: an open loop sends at its rate, however fast the server is") {
  small_server server{[](std::size_t) { return fine; }};
  auto plan = plan_for(server);
  plan.streams[0].rate = 200;
  plan.duration = 500ms;
  const auto result = run_load(plan, {}, never);
  // The measured time ends with a tick, up to 0.1 s late, more on a machine that is busy.
  const auto due = 200 * std::chrono::duration<double>(result.measured).count();
  CHECK(static_cast<double>(result.latency.count()) == Approx(due).margin(2));
  CHECK(result.service.count() + result.unsent == result.latency.count());
  CHECK(result.succeeded_in_all == server.count());
}

TEST_CASE("bench load: an open loop counts the wait of the requests that a stall kept from being sent") {
  // One answer takes 400 ms; meanwhile 200 requests come due and can't be sent.
  small_server server{[](std::size_t number) {
    if (number == 10) std::this_thread::sleep_for(400ms);
    return fine;
  }};
  auto plan = plan_for(server);
  plan.streams[0].connections = 1;
  plan.duration = 800ms;
  const auto closed = run_load(plan, {}, never);
  CHECK(closed.latency.max_ns() >= 400'000'000);
  CHECK(closed.latency.quantile_ns(0.9) < 200'000'000);

  small_server stalling{[](std::size_t number) {
    if (number == 100) std::this_thread::sleep_for(400ms);
    return fine;
  }};
  plan.port = stalling.port();
  plan.streams[0].rate = 500;
  const auto open = run_load(plan, {}, never);
  CHECK(open.latency.max_ns() >= 400'000'000);
  // Half of the time was lost to the wait, and only one request shows it once sent.
  CHECK(open.latency.quantile_ns(0.9) > 200'000'000);
  CHECK(open.service.quantile_ns(0.9) < 200'000'000);
}

TEST_CASE("bench load: what an open loop could not send at all counts as waiting until the end") {
  small_server server{[](std::size_t number) {
    if (number > 0) std::this_thread::sleep_for(50ms);
    return fine;
  }};
  auto plan = plan_for(server);
  plan.streams[0].connections = 1;
  plan.streams[0].rate = 1'000;
  plan.duration = 400ms;
  const auto result = run_load(plan, {}, never);
  CHECK(result.unsent > 300);
  CHECK(result.latency.count() >= result.unsent);
  CHECK(result.latency.quantile_ns(0.5) > 100'000'000);
}

TEST_CASE("bench load: a background stream is counted by kind only") {
  small_server server{[](std::size_t) { return fine; }};
  auto plan = plan_for(server);
  plan.streams[0].name = "front";
  auto behind = plan.streams[0];
  behind.name = "behind";
  behind.background = true;
  behind.rate = 100;
  plan.streams.push_back(behind);
  const auto result = run_load(plan, {}, never);
  REQUIRE(result.kinds.size() == 2);
  CHECK(result.kinds[0].succeeded == result.succeeded);
  CHECK(result.kinds[1].succeeded > 0);
  CHECK(result.kinds[1].background);
  CHECK(result.succeeded_in_all < server.count());
  REQUIRE(result.timelines.size() == 2);
  CHECK(result.timelines[1].stream == "behind");
  REQUIRE_FALSE(result.timelines[0].samples.empty());
  CHECK(result.timelines[0].samples.back().per_second > 0);
}

TEST_CASE("bench load: it ends when told to") {
  small_server server{[](std::size_t) { return fine; }};
  auto plan = plan_for(server);
  plan.duration = 1h;
  const std::atomic<bool> now{true};
  CHECK(run_load(plan, {}, now).interrupted);
}

TEST_CASE("bench load: no server is a failure that names it") {
  std::uint16_t port = 0;
  {
    small_server gone{[](std::size_t) { return fine; }};
    port = gone.port();
  }
  load_plan plan;
  plan.host = "127.0.0.1";
  plan.port = port;
  CHECK_THROWS_WITH(run_load(plan, {}, never), Catch::Contains("cannot connect to 127.0.0.1:"));
}
