#pragma once

#include "http/problem.hpp"
#include "http/request.hpp"
#include "http/server/guard.hpp"
#include "http/server/server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace foyer::http {

/// Names for requests: some random of the connection and a number, so that they differ across servers too.
class request_ids {
public:
  request_ids();
  /// The client's own, if it sent exactly one sane X-Request-Id; else the next of ours, good until the next
  /// call.
  std::string_view choose(const request&);
  /// The next of ours.
  std::string_view make();

private:
  static constexpr std::size_t prefix_size = 16;
  std::array<char, prefix_size + 1 + 20> text_{};
  std::uint64_t count_ = 0;
};

/// Where a request goes, known before its body is read.
struct dispatch_target {
  /// Null: `early` is the answer.
  const http::route* route = nullptr;
  std::optional<response> early;
  std::size_t body_max = 0;
};
dispatch_target find_target(const router&, const server_options&, request&);

/// What the gate says before the body is read; nothing: it may be. Never throws.
boost::asio::awaitable<std::optional<response>> ask_gate(const router& routes, const route& to, request& of);

/// Runs gate and handler. Whatever they throw is logged with the request's id and answered 500.
boost::asio::awaitable<response> call_handler(const router&, const route&, request&);

/// The answer for a head that the guard refused; verdict::ok must not be given.
problem problem_of(verdict);
problem request_timeout();
problem body_too_large();
problem head_too_large();
problem target_too_long();

/// The address as text; IPv4 also where the socket is IPv6.
std::string client_text(const boost::asio::ip::address&);

void log_stream_failure(const request&, std::string_view what);
/// One line per request at level debug; costs a comparison when that is off.
void log_answer(const request&, int status, std::chrono::steady_clock::duration took);

} // namespace foyer::http
