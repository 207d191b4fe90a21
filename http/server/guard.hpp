#pragma once

#include "http/request.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace foyer::http {

/// What the guard says about a request head. Anything but `ok` is answered and the connection closed.
enum class verdict : std::uint8_t {
  ok,
  bad_request,        // 400: malformed, or could be framed in two ways
  host_refused,       // 400: not a host of ours
  target_too_long,    // 414
  too_many_fields,    // 431
  unknown_method,     // 501
  unknown_version,    // 505
  unknown_expectation // 417
};

struct guard_limits {
  std::size_t fields_max = 64;
  std::size_t target_max = 4 * 1024;
  /// Lower case, without port; empty with any_host.
  std::span<const std::string> allowed_hosts;
  bool any_host = false;
};

/// How the body is framed and what becomes of the connection.
struct framing {
  verdict result = verdict::bad_request;
  /// For the log; never sent to the client.
  const char* reason = "";
  bool chunked = false;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  bool http_1_0 = false;
  bool expect_continue = false;
};

/// How far a head has arrived.
struct head_scan {
  enum result : std::uint8_t {
    incomplete,
    complete,
    bare_line_feed // also an empty line where the request line belongs
  };
  result state = incomplete;
  /// Bytes up to and with the empty line when complete; where to go on scanning otherwise.
  std::size_t end = 0;
};

/// Looks for the end of the head, from a place that an earlier scan returned. Pure.
head_scan scan_head(std::string_view bytes, std::size_t from) noexcept;

/// Reads request.head_bytes, a request line and fields up to and with the empty line, and fills the request's
/// method, target, path, query, host and fields. Pure. This is the only reader of heads: nothing behind it
/// looks at the bytes again, so nothing can frame them differently. It refuses what RFC 9112 lets a server
/// refuse where readers are known to differ: bare CR or LF, folded fields, space before a colon, control
/// characters, missing or several Host fields, Transfer-Encoding other than one `chunked` or together with
/// Content-Length or in HTTP/1.0, Content-Length that repeats or is anything but digits, absolute targets
/// that do not name the Host.
framing read_head(request&, const guard_limits&);

/// A request as a handler gets it, for tests; nullptr when the guard refuses it. `head` has no Host: one is
/// added. make_request("POST /api/v1/x?y=1 HTTP/1.1\r\nContent-Type: application/json\r\n", "{}")
std::unique_ptr<request> make_request(std::string_view head, std::string body = {});

} // namespace foyer::http
