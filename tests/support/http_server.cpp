#include "tests/support/http_server.hpp"

#include "http/request.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace foyer::test {

running_server::running_server(http::router table, http::server_options options)
    : io_(static_cast<int>(options.threads)), work_(io_.get_executor()), routes_(std::move(table)) {
  const unsigned count = options.threads;
  server_ = http::create_server(io_, std::move(options), routes_, figures);
  for (unsigned i = 0; i < count; ++i) threads_.emplace_back([this] { io_.run(); });
}

running_server::~running_server() {
  server_->stop();
  work_.reset();
  io_.stop();
  for (auto& each : threads_) each.join();
}

raw_client::raw_client(std::uint16_t port, const char* from) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (from != nullptr) {
    inet_pton(AF_INET, from, &address.sin_addr);
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot bind");
    }
  }
  address.sin_port = htons(port);
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect");
  }
}

raw_client::~raw_client() {
  ::close(socket_);
}

void raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return; // the server closed; reading tells
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void raw_client::end_sending() {
  ::shutdown(socket_, SHUT_WR);
}

bool raw_client::fill() {
  pollfd wait{socket_, POLLIN, 0};
  if (::poll(&wait, 1, 10'000) != 1) throw std::runtime_error("the server did not answer");
  char bytes[4096];
  const auto count = ::recv(socket_, bytes, sizeof bytes, 0);
  if (count <= 0) return false;
  received_.append(bytes, static_cast<std::size_t>(count));
  return true;
}

std::string raw_client::answer::field(std::string_view name) const {
  std::size_t at = head.find("\r\n");
  while (at != std::string::npos && at + 2 < head.size()) {
    const auto end = head.find("\r\n", at + 2);
    const auto line = std::string_view(head).substr(at + 2, end - at - 2);
    const auto colon = line.find(": ");
    if (colon != std::string_view::npos && http::equal_ignoring_case(line.substr(0, colon), name)) {
      return std::string(line.substr(colon + 2));
    }
    at = end;
  }
  return {};
}

raw_client::answer raw_client::read(bool head_only) {
  answer out;
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return out;
  }
  out.head = received_.substr(0, end + 4);
  received_.erase(0, end + 4);
  out.status = std::stoi(out.head.substr(9, 3));
  if (head_only || out.status == 100 || out.status == 204 || out.status == 304) return out;
  if (out.field("transfer-encoding") == "chunked") {
    while (true) {
      while ((end = received_.find("\r\n")) == std::string::npos) {
        if (!fill()) return {};
      }
      const auto size = std::stoul(received_.substr(0, end), nullptr, 16);
      while (received_.size() < end + 2 + size + 2) {
        if (!fill()) return {};
      }
      out.body += received_.substr(end + 2, size);
      received_.erase(0, end + 2 + size + 2);
      if (size == 0) return out;
    }
  }
  const auto length = std::stoul(out.field("content-length"));
  while (received_.size() < length) {
    if (!fill()) return {};
  }
  out.body = received_.substr(0, length);
  received_.erase(0, length);
  return out;
}

bool raw_client::at_end() {
  while (received_.empty()) {
    if (!fill()) return true;
  }
  return false;
}

bool raw_client::silent_for(std::chrono::milliseconds time) {
  pollfd wait{socket_, POLLIN, 0};
  return received_.empty() && ::poll(&wait, 1, static_cast<int>(time.count())) == 0;
}

} // namespace foyer::test
