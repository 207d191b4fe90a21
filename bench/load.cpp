#include "bench/load.hpp"

#include "bench/failure.hpp"
#include "bench/response_parser.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <memory>

namespace foyer::bench {

namespace asio = boost::asio;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

namespace {

// A request without an answer for this long counts as lost; the server's own limit for a handler is 15 s.
constexpr auto request_deadline = std::chrono::seconds{30};
// How long the requests in flight at the end may take.
constexpr auto drain_deadline = std::chrono::seconds{20};
// After a refusal for overload (429, 503) or a lost connection, so that a server in trouble is not hammered
// by a loop that costs it nothing to refuse.
constexpr auto pause_after_trouble = std::chrono::milliseconds{50};
constexpr auto tick = std::chrono::milliseconds{100};
constexpr auto progress_every = std::chrono::seconds{1};

class connection;

// What the connections share: the plan, the counts and the clock.
class generator {
public:
  generator(const load_plan& plan, const load_hooks& hooks, const std::atomic<bool>& stop)
      : plan_{plan}, hooks_{hooks}, stop_{stop}, ticker_{context_} {}

  load_result run();

  void write_next_request(std::string& out);
  void count_answer(const response_parser& answer, steady::time_point sent);
  void count_loss(const std::string& what, bool was_timeout);
  bool sending() const { return phase_ == phase::warm_up || phase_ == phase::measuring; }
  asio::io_context& context() { return context_; }
  const asio::ip::tcp::endpoint& endpoint() const { return endpoint_; }

private:
  enum class phase { warm_up, measuring, draining };

  void schedule_tick();
  void on_tick();
  void report_progress(steady::time_point now);
  void note_error(std::string what);

  const load_plan& plan_;
  const load_hooks& hooks_;
  const std::atomic<bool>& stop_;
  asio::io_context context_{1};
  asio::steady_timer ticker_;
  asio::ip::tcp::endpoint endpoint_;
  std::vector<std::shared_ptr<connection>> connections_;
  load_result result_;
  histogram since_report_;
  phase phase_ = phase::warm_up;
  steady::time_point started_;
  steady::time_point measuring_since_;
  steady::time_point drain_until_;
  steady::time_point reported_;
  std::uint64_t requests_ = 0;
};

class connection : public std::enable_shared_from_this<connection> {
public:
  explicit connection(generator& owner) : owner_{owner}, socket_{owner.context()}, pause_{owner.context()} {}

  void start() { connect(); }
  bool idle() const { return state_ == state::idle; }
  void close();
  // Gives up a request that has waited too long.
  void check_deadline(steady::time_point now);

private:
  enum class state { idle, connecting, waiting };

  void connect();
  void send();
  void read();
  void on_read(std::size_t size);
  void lose(const std::string& what, bool was_timeout = false);
  void pause_then(void (connection::*next)());

  generator& owner_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer pause_;
  state state_ = state::idle;
  // Counts the sockets this connection had: what a handler of an earlier one reports is no longer of
  // interest.
  std::uint64_t incarnation_ = 0;
  std::string request_;
  response_parser parser_;
  steady::time_point sent_;
  std::array<char, 16 * 1024> buffer_{};
};

void connection::connect() {
  if (!owner_.sending()) {
    state_ = state::idle;
    return;
  }
  state_ = state::connecting;
  sent_ = steady::now();
  error_code ignored;
  socket_.close(ignored);
  socket_ = asio::ip::tcp::socket{owner_.context()};
  parser_ = response_parser{};
  ++incarnation_;
  socket_.async_connect(owner_.endpoint(),
                        [self = shared_from_this(), mine = incarnation_](error_code error) {
                          if (mine != self->incarnation_) return;
                          if (error) return self->lose("connect: " + error.message());
                          error_code ignored_option;
                          self->socket_.set_option(asio::ip::tcp::no_delay{true}, ignored_option);
                          self->send();
                        });
}

void connection::send() {
  if (!owner_.sending()) {
    state_ = state::idle;
    return;
  }
  state_ = state::waiting;
  owner_.write_next_request(request_);
  sent_ = steady::now();
  // A request fits in the socket's buffer, so this mostly ends at once, without a turn of the event loop.
  error_code error;
  socket_.non_blocking(true, error);
  const auto written = socket_.write_some(asio::buffer(request_), error);
  if (!error && written == request_.size()) return read();
  if (error && error != asio::error::would_block) return lose("write: " + error.message());
  asio::async_write(socket_, asio::buffer(request_) + (error ? 0 : written),
                    [self = shared_from_this(), mine = incarnation_](error_code failed, std::size_t) {
                      if (mine != self->incarnation_) return;
                      if (failed) return self->lose("write: " + failed.message());
                      self->read();
                    });
}

void connection::read() {
  socket_.async_read_some(asio::buffer(buffer_), [self = shared_from_this(),
                                                  mine = incarnation_](error_code error, std::size_t size) {
    if (mine != self->incarnation_) return;
    if (error) return self->lose("read: " + error.message());
    self->on_read(size);
  });
}

void connection::on_read(std::size_t size) {
  std::size_t used = 0;
  switch (parser_.consume({buffer_.data(), size}, used)) {
  case response_parser::result::need_more: return read();
  case response_parser::result::broken: return lose("an answer that is not HTTP/1.1 with Content-Length");
  case response_parser::result::complete: break;
  }
  if (used != size) return lose("bytes after the answer");
  owner_.count_answer(parser_, sent_);
  state_ = state::idle;
  const bool overloaded = parser_.status() == 429 || parser_.status() == 503;
  const bool reconnect = parser_.closes();
  parser_.next();
  if (overloaded) return pause_then(reconnect ? &connection::connect : &connection::send);
  reconnect ? connect() : send();
}

void connection::lose(const std::string& what, bool was_timeout) {
  owner_.count_loss(what, was_timeout);
  close();
  pause_then(&connection::connect);
}

void connection::close() {
  ++incarnation_;
  error_code ignored;
  socket_.close(ignored);
  pause_.cancel();
  state_ = state::idle;
}

void connection::pause_then(void (connection::*next)()) {
  pause_.expires_after(pause_after_trouble);
  pause_.async_wait([self = shared_from_this(), mine = incarnation_, next](error_code error) {
    if (!error && mine == self->incarnation_) ((*self).*next)();
  });
}

void connection::check_deadline(steady::time_point now) {
  if (state_ != state::idle && now - sent_ > request_deadline) lose("no answer in 30 s", true);
}

void generator::write_next_request(std::string& out) {
  const auto n = requests_++;
  const auto& shape = plan_.shapes[n % plan_.shapes.size()];
  // Every shape gets every token: with two shapes, two requests in a row use the same one.
  const auto& token = plan_.tokens[n / plan_.shapes.size() % plan_.tokens.size()];
  shape.write_to(out, token, plan_.key_high, n);
}

void generator::count_answer(const response_parser& answer, steady::time_point sent) {
  const auto now = steady::now();
  if (answer.status() >= 200 && answer.status() < 300) {
    const auto latency = std::chrono::nanoseconds{now - sent}.count();
    since_report_.record(latency);
    ++result_.succeeded_in_all;
    if (phase_ == phase::measuring) {
      ++result_.succeeded;
      result_.latency.record(latency);
    }
    return;
  }
  note_error("status " + std::to_string(answer.status()) + ": " + answer.body_start());
  // Trouble in the warm-up or at the end is trouble all the same.
  ++result_.errors_by_status[answer.status()];
}

void generator::count_loss(const std::string& what, bool was_timeout) {
  note_error(what);
  ++result_.unknown_in_all;
  ++(was_timeout ? result_.timeouts : result_.connection_errors);
}

void generator::note_error(std::string what) {
  if (result_.first_error.empty()) result_.first_error = std::move(what);
}

load_result generator::run() {
  asio::ip::tcp::resolver resolver{context_};
  error_code error;
  const auto endpoints = resolver.resolve(plan_.host, std::to_string(plan_.port), error);
  if (error) throw failure{"cannot resolve " + plan_.host + ": " + error.message()};
  // A name may stand for several addresses, of which the server listens on one.
  asio::ip::tcp::socket probe{context_};
  endpoint_ = asio::connect(probe, endpoints, error);
  if (error)
    throw failure{"cannot connect to " + plan_.host + ":" + std::to_string(plan_.port) + ": " +
                  error.message()};
  probe.close(error);

  started_ = reported_ = steady::now();
  for (std::size_t i = 0; i < plan_.connections; ++i)
    connections_.push_back(std::make_shared<connection>(*this));
  for (const auto& each : connections_) each->start();
  schedule_tick();
  context_.run();
  return std::move(result_);
}

void generator::schedule_tick() {
  ticker_.expires_after(tick);
  ticker_.async_wait([this](error_code error) {
    if (!error) on_tick();
  });
}

void generator::on_tick() {
  const auto now = steady::now();
  for (const auto& each : connections_) each->check_deadline(now);
  if (sending() && now - reported_ >= progress_every) report_progress(now);
  if (phase_ == phase::warm_up && now - started_ >= plan_.warm_up) {
    phase_ = phase::measuring;
    if (hooks_.measuring_starts) hooks_.measuring_starts();
    measuring_since_ = steady::now();
  }
  const bool interrupted = stop_.load();
  if (sending() &&
      (interrupted || (phase_ == phase::measuring && now - measuring_since_ >= plan_.duration))) {
    result_.interrupted = interrupted;
    if (phase_ == phase::measuring) {
      result_.measured = steady::now() - measuring_since_;
      if (hooks_.measuring_ends) hooks_.measuring_ends();
    }
    phase_ = phase::draining;
    drain_until_ = steady::now() + drain_deadline;
  }
  if (phase_ == phase::draining) {
    const bool all_idle =
        std::all_of(connections_.begin(), connections_.end(), [](auto& c) { return c->idle(); });
    if (all_idle || now > drain_until_) {
      for (const auto& each : connections_) {
        if (!each->idle()) count_loss("no answer after the end", true);
        each->close();
      }
      return;
    }
  }
  schedule_tick();
}

void generator::report_progress(steady::time_point now) {
  const std::chrono::duration<double> passed = now - reported_;
  load_progress progress;
  progress.since_start = now - started_;
  progress.warming_up = phase_ == phase::warm_up;
  progress.per_second = static_cast<double>(since_report_.count()) / passed.count();
  progress.p99_ns = since_report_.quantile_ns(0.99);
  progress.failed = result_.failed();
  if (hooks_.progress) hooks_.progress(progress);
  since_report_.reset();
  reported_ = now;
}

} // namespace

std::uint64_t load_result::failed() const {
  std::uint64_t sum = connection_errors + timeouts;
  for (const auto& [status, count] : errors_by_status) sum += count;
  return sum;
}

double load_result::per_second() const {
  const std::chrono::duration<double> seconds = measured;
  return seconds.count() > 0 ? static_cast<double>(succeeded) / seconds.count() : 0;
}

load_result run_load(const load_plan& plan, const load_hooks& hooks, const std::atomic<bool>& stop) {
  return generator{plan, hooks, stop}.run();
}

} // namespace foyer::bench
