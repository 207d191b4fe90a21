#include "http/response.hpp"

#include "http/problem.hpp"

#include <algorithm>

namespace foyer::http {

response::response(int with_status, std::string_view type, std::string with_body)
    : status(with_status), content_type(type), body(std::move(with_body)) {}

response::response(const problem& what)
    : status(what.status), content_type("application/problem+json"), body(to_json(what)) {
  const bool waits = what.status == 429 || what.status == 503;
  if (waits || what.retry_after) {
    const auto seconds =
        std::max<std::int64_t>(what.retry_after.value_or(std::chrono::seconds(1)).count(), 1);
    headers.emplace_back("Retry-After", std::to_string(seconds));
  }
}

response& response::header(std::string_view name, std::string_view value) & {
  headers.emplace_back(name, value);
  return *this;
}

response&& response::header(std::string_view name, std::string_view value) && {
  headers.emplace_back(name, value);
  return std::move(*this);
}

response& response::cookie(std::string_view name, std::string_view value, std::chrono::seconds max_age,
                           bool secure) & {
  std::string line(name);
  line.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Lax");
  if (max_age.count() >= 0) line.append("; Max-Age=").append(std::to_string(max_age.count()));
  if (secure) line.append("; Secure");
  headers.emplace_back("Set-Cookie", std::move(line));
  return *this;
}

response json_response(int status, std::string body) {
  return {status, "application/json", std::move(body)};
}
response html_response(int status, std::string body) {
  return {status, "text/html; charset=utf-8", std::move(body)};
}
response text_response(int status, std::string body) {
  return {status, "text/plain; charset=utf-8", std::move(body)};
}
response no_content() {
  return {204, {}, {}};
}

response redirect(std::string_view location, int status) {
  response out(status, {}, {});
  out.header("Location", location);
  return out;
}

response event_stream(response::stream_function stream) {
  response out(200, "text/event-stream", {});
  out.stream = std::move(stream);
  return out;
}

std::string_view reason_of(int status) noexcept {
  switch (status) {
  case 100: return "Continue";
  case 200: return "OK";
  case 201: return "Created";
  case 202: return "Accepted";
  case 204: return "No Content";
  case 206: return "Partial Content";
  case 301: return "Moved Permanently";
  case 302: return "Found";
  case 303: return "See Other";
  case 304: return "Not Modified";
  case 307: return "Temporary Redirect";
  case 308: return "Permanent Redirect";
  case 400: return "Bad Request";
  case 401: return "Unauthorized";
  case 402: return "Payment Required";
  case 403: return "Forbidden";
  case 404: return "Not Found";
  case 405: return "Method Not Allowed";
  case 406: return "Not Acceptable";
  case 408: return "Request Timeout";
  case 409: return "Conflict";
  case 410: return "Gone";
  case 412: return "Precondition Failed";
  case 413: return "Content Too Large";
  case 414: return "URI Too Long";
  case 415: return "Unsupported Media Type";
  case 416: return "Range Not Satisfiable";
  case 417: return "Expectation Failed";
  case 422: return "Unprocessable Content";
  case 429: return "Too Many Requests";
  case 431: return "Request Header Fields Too Large";
  case 500: return "Internal Server Error";
  case 501: return "Not Implemented";
  case 503: return "Service Unavailable";
  case 505: return "HTTP Version Not Supported";
  default: return "";
  }
}

} // namespace foyer::http
