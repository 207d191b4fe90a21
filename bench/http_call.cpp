#include "bench/http_call.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <sys/socket.h>
#include <sys/time.h>

namespace foyer::bench {

namespace asio = boost::asio;

namespace {

// Of each read and write, by the socket itself: this client has no event loop.
constexpr timeval io_limit{10, 0};

} // namespace

http_answer http_call(const server_address& server, std::string_view verb, std::string_view target,
                      std::string_view token, std::string_view body, std::string_view field) {
  asio::io_context context{1};
  asio::ip::tcp::socket socket{context};
  boost::system::error_code error;
  asio::ip::tcp::resolver resolver{context};
  const auto endpoints = resolver.resolve(server.host, std::to_string(server.port), error);
  if (error) return {};
  asio::connect(socket, endpoints, error);
  if (error) return {};
  setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &io_limit, sizeof io_limit);
  setsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &io_limit, sizeof io_limit);

  std::string request;
  request.append(verb).append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(server.host_header);
  request.append("\r\nConnection: close");
  if (!token.empty()) request.append("\r\nAuthorization: Bearer ").append(token);
  if (!field.empty()) request.append("\r\n").append(field);
  if (!body.empty())
    request.append("\r\nContent-Type: application/json\r\nContent-Length: ")
        .append(std::to_string(body.size()));
  request.append("\r\n\r\n").append(body);
  asio::write(socket, asio::buffer(request), error);
  if (error) return {};

  // The server closes after the answer, so everything until then is the answer.
  std::string text;
  asio::read(socket, asio::dynamic_buffer(text), error);
  const auto head_end = text.find("\r\n\r\n");
  if (error != asio::error::eof || head_end == std::string::npos || !text.starts_with("HTTP/1.1 ")) return {};
  http_answer answer;
  std::from_chars(text.data() + 9, text.data() + head_end, answer.status);
  answer.head = text.substr(0, head_end);
  answer.body = text.substr(head_end + 4);
  return answer;
}

} // namespace foyer::bench
