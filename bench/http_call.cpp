#include "bench/http_call.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <chrono>

namespace foyer::bench {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// Longer than the server's own limit for a handler, so that its refusal arrives.
constexpr auto call_limit = std::chrono::seconds{20};
// No answer that is asked for here is nearly as large; whoever sends more is no Foyer.
constexpr std::size_t answer_max = 64 * 1024 * 1024;

std::string request_text(const server_address& server, std::string_view verb, std::string_view target,
                         std::string_view token, std::string_view body, std::string_view field) {
  std::string out;
  out.append(verb).append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(server.host_header);
  out.append("\r\nConnection: close");
  if (!token.empty()) out.append("\r\nAuthorization: Bearer ").append(token);
  if (!field.empty()) out.append("\r\n").append(field);
  if (!body.empty())
    out.append("\r\nContent-Type: application/json\r\nContent-Length: ").append(std::to_string(body.size()));
  return out.append("\r\n\r\n").append(body);
}

http_answer parse(std::string_view text) {
  http_answer answer;
  const auto head_end = text.find("\r\n\r\n");
  if (head_end == std::string_view::npos || !text.starts_with("HTTP/1.1 ")) {
    answer.error = text.empty() ? "it closed the connection without an answer" : "its answer is not HTTP/1.1";
    return answer;
  }
  std::from_chars(text.data() + 9, text.data() + head_end, answer.status);
  answer.head = text.substr(0, head_end);
  answer.body = text.substr(head_end + 4);
  return answer;
}

} // namespace

http_answer http_call(const server_address& server, std::string_view verb, std::string_view target,
                      std::string_view token, std::string_view body, std::string_view field) {
  asio::io_context context{1};
  asio::ip::tcp::socket socket{context};
  asio::ip::tcp::resolver resolver{context};
  error_code failed;
  const auto endpoints = resolver.resolve(server.host, std::to_string(server.port), failed);
  if (failed) return {0, {}, {}, "cannot resolve " + server.host + ": " + failed.message()};

  const auto request = request_text(server, verb, target, token, body, field);
  std::string text;
  std::string error;
  bool whole = false;
  asio::async_connect(socket, endpoints, [&](error_code refused, const auto&) {
    if (refused) {
      error = "cannot connect: " + refused.message();
      return;
    }
    asio::async_write(socket, asio::buffer(request), [&](error_code broken, std::size_t) {
      if (broken) error = "cannot send: " + broken.message();
    });
    // The server closes after the answer, so everything until then is the answer.
    asio::async_read(socket, asio::dynamic_buffer(text, answer_max), [&](error_code ended, std::size_t) {
      whole = ended == asio::error::eof;
      if (!whole) error = "cannot read: " + ended.message();
    });
  });
  context.run_for(call_limit);
  if (whole) return parse(text);
  return {0, {}, {}, error.empty() ? "no answer in 20 s" : error};
}

} // namespace foyer::bench
