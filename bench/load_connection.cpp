#include "bench/load_connection.hpp"

#include <boost/asio/write.hpp>

#include <algorithm>

namespace foyer::bench {

namespace asio = boost::asio;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

namespace {

// A request without an answer for this long counts as lost; the server's own limit for a handler is 15 s.
constexpr auto request_deadline = std::chrono::seconds{30};
// After a refusal for overload (429, 503) or a lost connection, so that a server in trouble is not hammered
// by a loop that costs it nothing to refuse.
constexpr auto pause_after_trouble = std::chrono::milliseconds{50};

} // namespace

load_connection::load_connection(asio::io_context& context, flight_source& source, bool obedient)
    : context_{context}, source_{source}, obedient_{obedient}, socket_{context}, pause_{context} {}

void load_connection::connect() {
  if (!source_.sending()) {
    state_ = state::idle;
    return;
  }
  state_ = state::connecting;
  flight_.sent = steady::now();
  error_code ignored;
  socket_.close(ignored);
  socket_ = asio::ip::tcp::socket{context_};
  parser_ = response_parser{};
  ++incarnation_;
  socket_.async_connect(source_.endpoint(),
                        [self = shared_from_this(), mine = incarnation_](error_code error) {
                          if (mine != self->incarnation_) return;
                          if (error) return self->lose("connect: " + error.message());
                          error_code ignored_option;
                          self->socket_.set_option(asio::ip::tcp::no_delay{true}, ignored_option);
                          self->send();
                        });
}

void load_connection::send() {
  state_ = state::idle;
  if (!source_.sending() || !source_.next(flight_, *this)) return;
  state_ = state::waiting;
  flight_.too_early = flight_.sent < come_again_;
  // A request fits in the socket's buffer, so this mostly ends at once, without a turn of the event loop.
  error_code error;
  socket_.non_blocking(true, error);
  const auto written = socket_.write_some(asio::buffer(flight_.bytes), error);
  if (!error && written == flight_.bytes.size()) return read();
  if (error && error != asio::error::would_block) return lose("write: " + error.message());
  asio::async_write(socket_, asio::buffer(flight_.bytes) + (error ? 0 : written),
                    [self = shared_from_this(), mine = incarnation_](error_code failed, std::size_t) {
                      if (mine != self->incarnation_) return;
                      if (failed) return self->lose("write: " + failed.message());
                      self->read();
                    });
}

void load_connection::read() {
  socket_.async_read_some(asio::buffer(buffer_), [self = shared_from_this(),
                                                  mine = incarnation_](error_code error, std::size_t size) {
    if (mine != self->incarnation_) return;
    if (error) return self->lose("read: " + error.message());
    self->on_read(size);
  });
}

void load_connection::on_read(std::size_t size) {
  std::size_t used = 0;
  switch (parser_.consume({buffer_.data(), size}, used)) {
  case response_parser::result::need_more: return read();
  case response_parser::result::broken: return lose("an answer that is not HTTP/1.1 with Content-Length");
  case response_parser::result::complete: break;
  }
  if (used != size) return lose("bytes after the answer");
  source_.answered(flight_, parser_);
  state_ = state::idle;
  const bool refused = parser_.status() == 429 || parser_.status() == 503;
  const bool reconnect = parser_.closes();
  const std::chrono::nanoseconds told = parser_.retry_after();
  if (refused) come_again_ = steady::now() + told;
  parser_.next();
  if (refused && (obedient_ || source_.pauses_when_refused()))
    return pause_then(reconnect ? &load_connection::connect : &load_connection::send,
                      obedient_ ? std::max<std::chrono::nanoseconds>(told, pause_after_trouble)
                                : pause_after_trouble);
  reconnect ? connect() : send();
}

void load_connection::lose(const std::string& what, bool was_timeout) {
  source_.lost(what, was_timeout);
  close();
  pause_then(&load_connection::connect, pause_after_trouble);
}

void load_connection::close() {
  ++incarnation_;
  error_code ignored;
  socket_.close(ignored);
  pause_.cancel();
  state_ = state::idle;
}

void load_connection::pause_then(void (load_connection::*next)(), std::chrono::nanoseconds how_long) {
  pause_.expires_after(how_long);
  pause_.async_wait([self = shared_from_this(), mine = incarnation_, next](error_code error) {
    if (!error && mine == self->incarnation_) ((*self).*next)();
  });
}

void load_connection::check_deadline(steady::time_point now) {
  if (state_ != state::idle && now - flight_.sent > request_deadline) lose("no answer in 30 s", true);
}

} // namespace foyer::bench
