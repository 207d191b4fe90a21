#pragma once

#include "http/metrics.hpp"
#include "http/router.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace foyer::http {

/// Every limit of the server, filled from the configuration.
struct server_options {
  /// Tells this server's figures from another's in the same metrics.
  std::string name = "public";
  /// "127.0.0.1:8080", "[::1]:0"; port 0 lets the system choose.
  std::string listen = "127.0.0.1:0";
  /// Hosts that are answered, with or without port. Loopback names are always answered.
  std::vector<std::string> allowed_hosts;
  /// Any host is answered; for listeners that only a scraper reaches.
  bool any_host = false;
  /// Addresses or CIDR networks whose X-Forwarded-For and X-Forwarded-Proto count.
  std::vector<std::string> trusted_proxies;
  /// PEM files; both or none.
  std::string tls_certificate;
  std::string tls_key;
  /// Threads that run the io_context; 1 saves the strands.
  unsigned threads = 2;

  std::size_t header_max = 8 * 1024;
  std::size_t fields_max = 64;
  std::size_t target_max = 4 * 1024;
  std::size_t body_max = 64 * 1024;
  std::size_t connections_max = 10'000;
  std::size_t connections_per_address_max = 256;
  /// Requests in handlers; more are answered 503 at once, but for those of group "operations". What is
  /// accepted is so answered within the time that this many take, however many more ask.
  std::int64_t in_flight_max = 1'024;

  /// Total times, not idle ones, but for the last.
  std::chrono::milliseconds tls_deadline{10'000};
  std::chrono::milliseconds header_deadline{10'000};
  std::chrono::milliseconds body_deadline{30'000};
  std::chrono::milliseconds handler_deadline{15'000};
  std::chrono::milliseconds write_deadline{30'000};
  std::chrono::milliseconds keep_alive{75'000};
};

/// A listener and its connections. Each connection is a coroutine on a strand of its own.
class server {
public:
  virtual ~server() = default;
  /// The port that listens, also when options said 0.
  virtual std::uint16_t port() const = 0;
  /// Stops listening; idle connections close, requests under way finish with Connection: close. Calls back
  /// once, on an io_context thread, when the last connection is gone. Any thread; repeated calls wait for the
  /// same end.
  virtual void drain(std::function<void()> when_empty) = 0;
  /// Closes everything at once. Any thread.
  virtual void stop() = 0;
  /// Reads certificate and key again for new connections. On an error the old ones stay; returns what is
  /// wrong, "" when all went well or the server speaks plain HTTP. Any thread.
  virtual std::string reload_tls() = 0;
  virtual std::size_t connections() const = 0;
};

/// Listens at once and serves as soon as the io_context runs. Throws std::runtime_error with what an operator
/// can understand when it cannot listen or the certificate does not load. The router and metrics outlive the
/// server; the router must not change any more.
std::shared_ptr<server> create_server(boost::asio::io_context&, server_options, const router&, metrics&);

} // namespace foyer::http
