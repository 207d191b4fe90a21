#pragma once

#include "http/server/server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace foyer::test {

/// A server on a free port of 127.0.0.1 with threads of its own.
class running_server {
public:
  explicit running_server(http::router table, http::server_options options = {});
  ~running_server();

  http::metrics figures;
  http::server& operator*() { return *server_; }
  http::server* operator->() { return server_.get(); }
  boost::asio::io_context& io() { return io_; }

private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  http::router routes_;
  std::shared_ptr<http::server> server_;
  std::vector<std::thread> threads_;
};

/// A blocking client that sends bytes exactly as told. Waits at most 10 s for anything.
class raw_client {
public:
  explicit raw_client(std::uint16_t port, const char* from = nullptr);
  ~raw_client();
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  void send(std::string_view bytes);
  void end_sending();

  struct answer {
    int status = 0;
    std::string head; // with the status line
    std::string body; // decoded when chunked
    std::string field(std::string_view name) const;
  };
  /// The next answer; status 0 when the connection ends before it is whole. 100 Continue counts as an answer.
  answer read(bool head_only = false);
  /// True when the server ends the connection without another byte.
  bool at_end();
  /// True when nothing comes for this long.
  bool silent_for(std::chrono::milliseconds);
  int descriptor() const { return socket_; }

private:
  bool fill();

  int socket_;
  std::string received_;
};

} // namespace foyer::test
