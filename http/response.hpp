#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foyer::http {

struct problem;

/// The open end of an answer that goes on, such as server-sent events. Used on the connection's strand only.
class body_stream {
public:
  virtual ~body_stream() = default;
  /// Sends these bytes. False when the client is gone or the server drains: then end the stream.
  virtual boost::asio::awaitable<bool> write(std::string_view bytes) = 0;
  virtual bool open() const noexcept = 0;
  /// Waits until a waker is called, the client goes, the server drains, or this time has passed. False when
  /// the stream is to end. A call of the waker before the wait ends the wait at once.
  virtual boost::asio::awaitable<bool> wait(std::chrono::milliseconds at_most) = 0;
  /// What ends wait(): may be copied, called on any thread, and outlive the stream.
  virtual std::function<void()> waker() = 0;
};

/// What a handler answers. The server adds Date, Content-Length, X-Request-Id, the security headers and,
/// unless the handler set it, Cache-Control: no-store on /api.
struct response {
  using stream_function = std::function<boost::asio::awaitable<void>(body_stream&)>;

  int status = 200;
  /// Empty: no Content-Type.
  std::string content_type;
  std::string body;
  /// Written as they are. A value with a control character is dropped with an error in the log.
  std::vector<std::pair<std::string, std::string>> headers;
  /// Set: body is ignored, the answer is sent in chunks until the function ends. It has no deadline.
  stream_function stream;

  response() = default;
  response(int status, std::string_view content_type, std::string body);
  /// A handler can co_return a problem.
  response(const problem&); // NOLINT(google-explicit-constructor)

  response& header(std::string_view name, std::string_view value) &;
  response&& header(std::string_view name, std::string_view value) &&;
  /// Adds a Set-Cookie line: HttpOnly, SameSite=Lax, Path=/; max_age zero deletes it, negative makes it last
  /// as long as the browser. The value must be a token (no quotes, commas, semicolons, spaces).
  response& cookie(std::string_view name, std::string_view value, std::chrono::seconds max_age,
                   bool secure) &;
};

/// application/json; the body comes from json::writer.
response json_response(int status, std::string body);
response html_response(int status, std::string body);
response text_response(int status, std::string body);
response no_content();
/// 303, or 302/307/308 when given.
response redirect(std::string_view location, int status = 303);
/// text/event-stream.
response event_stream(response::stream_function);

/// The reason phrase of a status, "" when unknown.
std::string_view reason_of(int status) noexcept;

} // namespace foyer::http
