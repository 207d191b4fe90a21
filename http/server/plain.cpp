#include "http/server/connection_of.hpp"

namespace foyer::http {

template <>
struct stream_traits<tcp_socket> {
  static constexpr bool is_secure = false;
  static tcp_socket& socket(tcp_socket& stream) noexcept { return stream; }
  static asio::awaitable<bool> begin(tcp_socket&) { co_return true; }
  static asio::awaitable<void> end_sending(tcp_socket& stream) {
    boost::system::error_code ignored;
    stream.shutdown(tcp_socket::shutdown_send, ignored);
    co_return;
  }
};

void serve_plain(const std::shared_ptr<core>& shared, tcp_socket socket) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error).address();
  const auto executor = socket.get_executor();
  const auto made = std::make_shared<connection_of<tcp_socket>>(shared, executor, peer, std::move(socket));
  connection_of<tcp_socket>::start(made);
}

} // namespace foyer::http
