#pragma once

#include "http/response.hpp"

#include <string>
#include <string_view>

namespace foyer::http {

/// What the head of an answer says besides the response itself.
struct answer_context {
  std::string_view request_id;
  bool keep_alive = true;
  /// The client came by TLS: Strict-Transport-Security is sent.
  bool secure = false;
  /// Transfer-Encoding: chunked instead of Content-Length.
  bool chunked = false;
  /// Neither, for a stream to an HTTP/1.0 client: the end of the connection is the end of the body.
  bool until_close = false;
};

/// Whether an answer of this status has a body at all (RFC 9110, section 6.4.1).
bool may_have_body(int status) noexcept;

/// Appends status line and fields up to and with the empty line. Date, the security fields and Cache-Control:
/// no-store come by themselves unless the response brings its own Content-Security-Policy or Cache-Control. A
/// field that would break the head is left out and logged. Any thread.
void append_head(std::string& out, const response&, const answer_context&);

/// Appends bytes as one chunk of a chunked body; not for empty ones, which would end it.
void append_chunk(std::string& out, std::string_view bytes);

} // namespace foyer::http
