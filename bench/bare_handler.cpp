#include "bench/bare_handler.hpp"

#include "bench/failure.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <exception>
#include <fstream>
#include <iostream>
#include <map>

namespace foyer::bench {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

using answer = http::response<http::string_body>;
using answer_table = std::map<std::string, answer, std::less<>>;

answer parse_answer(const std::string& bytes) {
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  boost::system::error_code error;
  parser.put(asio::buffer(bytes), error);
  if (error || !parser.is_done()) throw failure{"not a whole answer: " + error.message()};
  return parser.release();
}

// For each: target, size of the bytes, the bytes.
answer_table read_answers(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  answer_table out;
  std::string target;
  std::size_t size = 0;
  while (in >> target >> size) {
    in.get();
    std::string bytes(size, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(size));
    out.emplace(target, parse_answer(bytes));
  }
  if (out.empty()) throw failure{"no answers in " + file.string()};
  return out;
}

asio::awaitable<void> serve(tcp::socket socket, const answer_table& answers) {
  boost::beast::flat_buffer buffer;
  for (;;) {
    http::request<http::string_body> request;
    co_await http::async_read(socket, buffer, request, asio::use_awaitable);
    const auto found = answers.find(std::string_view{request.target().data(), request.target().size()});
    if (found == answers.end()) co_return;
    // Made anew each time, field by field, as a handler makes its answer.
    auto out = found->second;
    co_await http::async_write(socket, out, asio::use_awaitable);
  }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, const answer_table& answers) {
  for (;;) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay{true});
    // A connection ends by the exception of its read; nobody is interested in which.
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), answers), asio::detached);
  }
}

} // namespace

int run_bare_handler(const std::filesystem::path& file) {
  try {
    const auto answers = read_answers(file);
    asio::io_context context{1};
    tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
    std::cout << acceptor.local_endpoint().port() << std::endl;
    asio::co_spawn(context, accept(acceptor, answers), [](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
    });
    context.run();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "foyer-bench: " << error.what() << '\n';
    return 1;
  }
}

} // namespace foyer::bench
