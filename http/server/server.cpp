#include "http/server/server.hpp"

#include "http/problem.hpp"
#include "http/server/answer_head.hpp"
#include "http/server/connections.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <mutex>
#include <stdexcept>

namespace foyer::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// "host:port", "[address]:port".
tcp::endpoint parse_listen(asio::io_context& io, const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) throw std::runtime_error("cannot listen on " + text + ": no port");
  auto host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto found = tcp::resolver(io).resolve(host, text.substr(colon + 1), tcp::resolver::passive, error);
  if (error) throw std::runtime_error("cannot listen on " + text + ": " + error.message());
  return found.begin()->endpoint();
}

tcp::acceptor open_acceptor(asio::io_context& io, const std::string& listen) {
  const auto endpoint = parse_listen(io, listen);
  tcp::acceptor acceptor(asio::make_strand(io));
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (error) throw std::runtime_error("cannot listen on " + listen + ": " + error.message());
  return acceptor;
}

/// The whole answer for a client beyond the limits of connections.
std::string overload_answer() {
  const response answer(unavailable());
  answer_context context;
  context.request_id = "none";
  context.keep_alive = false;
  std::string out;
  append_head(out, answer, context);
  return out + answer.body;
}

class listening_server final : public server, public std::enable_shared_from_this<listening_server> {
public:
  listening_server(asio::io_context& io, server_options options, const router& routes, metrics& figures)
      : core_(std::make_shared<core>(io, std::move(options), routes, figures)),
        acceptor_(open_acceptor(io, core_->options.listen)), port_(acceptor_.local_endpoint().port()) {
    const auto& with = core_->options;
    if (with.tls_certificate.empty() != with.tls_key.empty()) {
      throw std::runtime_error("server.tls_certificate and server.tls_key go together");
    }
    if (!with.tls_certificate.empty()) tls_ = load_tls(with.tls_certificate, with.tls_key);
  }

  void start() {
    core_->start();
    asio::co_spawn(acceptor_.get_executor(), accept(shared_from_this()), asio::detached);
  }

  std::uint16_t port() const override { return port_; }
  std::size_t connections() const override { return core_->connections(); }

  void drain(std::function<void()> when_empty) override {
    close_acceptor();
    core_->drain([shared = core_, then = std::move(when_empty)] {
      shared->stop_sweeping();
      if (then) then();
    });
  }

  void stop() override {
    close_acceptor();
    core_->abort_all();
    core_->stop_sweeping();
  }

  std::string reload_tls() override {
    const auto& with = core_->options;
    if (with.tls_certificate.empty()) return {};
    try {
      auto fresh = load_tls(with.tls_certificate, with.tls_key);
      const std::lock_guard lock(tls_mutex_);
      tls_ = std::move(fresh);
      return {};
    } catch (const std::exception& error) {
      return error.what();
    }
  }

private:
  static asio::awaitable<void> accept(std::shared_ptr<listening_server> self) {
    constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
    while (self->acceptor_.is_open()) {
      auto [error, socket] = co_await self->acceptor_.async_accept(self->executor_of_next(), as_result);
      if (!error) {
        self->take(std::move(socket));
      } else if (self->acceptor_.is_open() && error != asio::error::connection_aborted) {
        // Out of file descriptors, most likely: ending connections will free some.
        spdlog::warn("cannot accept connections: {}", error.message());
        asio::steady_timer pause(self->acceptor_.get_executor(), std::chrono::milliseconds(100));
        co_await pause.async_wait(as_result);
      }
    }
  }

  /// With one thread everything is in order anyway.
  asio::any_io_executor executor_of_next() const {
    if (core_->options.threads == 1) return core_->io.get_executor();
    return asio::make_strand(core_->io);
  }

  void take(tcp_socket socket) {
    boost::system::error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error) return; // gone again
    socket.set_option(tcp::no_delay(true), error);
    const auto context = tls();
    if (!core_->admit(peer.address())) {
      core_->count_refused_connection();
      if (context || core_->draining()) return;
      static const std::string answer = overload_answer();
      socket.non_blocking(true, error);
      socket.write_some(asio::buffer(answer), error);
      socket.shutdown(tcp_socket::shutdown_send, error);
    } else if (context) {
      serve_tls(core_, std::move(socket), context);
    } else {
      serve_plain(core_, std::move(socket));
    }
  }

  void close_acceptor() {
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
      boost::system::error_code ignored;
      self->acceptor_.close(ignored);
    });
  }

  std::shared_ptr<asio::ssl::context> tls() const {
    const std::lock_guard lock(tls_mutex_);
    return tls_;
  }

  std::shared_ptr<core> core_;
  tcp::acceptor acceptor_;
  std::uint16_t port_;
  mutable std::mutex tls_mutex_;
  std::shared_ptr<asio::ssl::context> tls_;
};

} // namespace

std::shared_ptr<server> create_server(asio::io_context& io, server_options options, const router& routes,
                                      metrics& figures) {
  auto made = std::make_shared<listening_server>(io, std::move(options), routes, figures);
  made->start();
  return made;
}

} // namespace foyer::http
