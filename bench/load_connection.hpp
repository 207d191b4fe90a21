#pragma once

#include "bench/response_parser.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <string>

namespace foyer::bench {

// A request on its way.
struct flight {
  std::string bytes;
  std::size_t kind = 0;
  std::chrono::steady_clock::time_point due;  // closed loop: when it was sent
  std::chrono::steady_clock::time_point sent; // or when its connection began to be opened
  bool too_early = false;                     // before the last refusal's Retry-After was over
};

class load_connection;

// Where a connection gets its requests from and whom it tells what became of them.
class flight_source {
public:
  virtual ~flight_source() = default;

  virtual bool sending() const = 0;
  // Writes the next request. False: none is due yet; the source calls resume() when one is.
  virtual bool next(flight& to, load_connection& asking) = 0;
  virtual void answered(const flight& what, const response_parser& answer) = 0;
  virtual void lost(const std::string& why, bool was_timeout) = 0;
  // After an answer that says "overloaded" a closed loop pauses, an open one doesn't, but for connections
  // that are obedient.
  virtual bool pauses_when_refused() const = 0;
  virtual const boost::asio::ip::tcp::endpoint& endpoint() const = 0;
};

// A connection that is kept alive, with one request in flight. All on the thread of its io_context.
class load_connection : public std::enable_shared_from_this<load_connection> {
public:
  // An obedient one sends nothing before Retry-After is over.
  load_connection(boost::asio::io_context& context, flight_source& source, bool obedient);

  void start() { connect(); }
  void resume() { send(); }
  bool idle() const { return state_ == state::idle; }
  void close();
  // Gives up a request that has waited too long.
  void check_deadline(std::chrono::steady_clock::time_point now);

private:
  enum class state { idle, connecting, waiting };

  void connect();
  void send();
  void read();
  void on_read(std::size_t size);
  void lose(const std::string& what, bool was_timeout = false);
  void pause_then(void (load_connection::*next)(), std::chrono::nanoseconds how_long);

  boost::asio::io_context& context_;
  flight_source& source_;
  const bool obedient_;
  std::chrono::steady_clock::time_point come_again_{};
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer pause_;
  state state_ = state::idle;
  // Counts the sockets this connection had: what a handler of an earlier one reports is no longer of
  // interest.
  std::uint64_t incarnation_ = 0;
  flight flight_;
  response_parser parser_;
  std::array<char, 16 * 1024> buffer_{};
};

} // namespace foyer::bench
