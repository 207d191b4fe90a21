#include "http/server/answer_head.hpp"

#include "http/encoding.hpp"
#include "http/request.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace foyer::http {
namespace {

/// For answers that are data: nothing may be loaded, run or framed.
constexpr std::string_view data_policy = "Content-Security-Policy: default-src 'none'; base-uri 'none'; "
                                         "form-action 'none'; frame-ancestors 'none'\r\n";
/// For pages: own sources only, no inline script.
constexpr std::string_view page_policy =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'\r\n";
constexpr std::string_view always = "X-Content-Type-Options: nosniff\r\nReferrer-Policy: same-origin\r\n";
/// One year, as browsers' preload lists ask at least.
constexpr std::string_view transport_security = "Strict-Transport-Security: max-age=31536000\r\n";

/// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", made once a second and thread.
std::string_view date_line() {
  struct cached {
    std::time_t second = -1;
    std::array<char, 40> text{};
    std::size_t size = 0;
  };
  thread_local cached cache;
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != cache.second) {
    std::tm parts{};
    gmtime_r(&now.tv_sec, &parts);
    // The program never calls setlocale, so that names of days and months are English.
    cache.size =
        std::strftime(cache.text.data(), cache.text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    cache.second = now.tv_sec;
  }
  return {cache.text.data(), cache.size};
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits{};
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

void append_status_line(std::string& out, int status) {
  switch (status) { // the common ones at once
  case 200: out += "HTTP/1.1 200 OK\r\n"; return;
  case 201: out += "HTTP/1.1 201 Created\r\n"; return;
  default: break;
  }
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(std::clamp(status, 100, 999)));
  out += ' ';
  out += reason_of(status);
  out += "\r\n";
}

bool is_safe(std::string_view name, std::string_view value) noexcept {
  const auto breaks = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_character) &&
         std::none_of(value.begin(), value.end(), breaks);
}

} // namespace

bool may_have_body(int status) noexcept {
  return status >= 200 && status != 204 && status != 304;
}

void append_head(std::string& out, const response& of, const answer_context& context) {
  append_status_line(out, of.status);
  out += date_line();
  bool own_policy = false;
  bool own_caching = false;
  for (const auto& [name, value] : of.headers) {
    if (!is_safe(name, value)) {
      spdlog::error("request {}: an answer's field {} has a control character", context.request_id,
                    name.size());
      continue;
    }
    own_policy = own_policy || equal_ignoring_case(name, "content-security-policy");
    own_caching = own_caching || equal_ignoring_case(name, "cache-control");
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (!of.content_type.empty()) out.append("Content-Type: ").append(of.content_type).append("\r\n");
  if (context.chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (may_have_body(of.status) && !context.until_close) {
    out += "Content-Length: ";
    append_number(out, of.body.size());
    out += "\r\n";
  }
  if (!own_caching) out += "Cache-Control: no-store\r\n";
  if (!own_policy) out += of.content_type.starts_with("text/html") ? page_policy : data_policy;
  out += always;
  if (context.secure) out += transport_security;
  out.append("X-Request-Id: ").append(context.request_id).append("\r\n");
  out += context.keep_alive ? "\r\n" : "Connection: close\r\n\r\n";
}

void append_chunk(std::string& out, std::string_view bytes) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes.size(), 16).ptr;
  out.append(digits.data(), end).append("\r\n").append(bytes).append("\r\n");
}

} // namespace foyer::http
