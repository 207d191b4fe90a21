#include "http/server/connection_of.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <openssl/ssl.h>

#include <stdexcept>

namespace foyer::http {
namespace {

using tls_stream = asio::ssl::stream<tcp_socket>;

/// We speak HTTP/1.1 only; a client that offers none of ours goes on without ALPN.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  static constexpr unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, ours, sizeof ours, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

} // namespace

template <>
struct stream_traits<tls_stream> {
  static constexpr bool is_secure = true;
  static tcp_socket& socket(tls_stream& stream) noexcept { return stream.next_layer(); }
  static asio::awaitable<bool> begin(tls_stream& stream) {
    auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, as_result);
    co_return !error;
  }
  /// Sends close_notify and waits for the client's; the connection's deadline ends that wait.
  static asio::awaitable<void> end_sending(tls_stream& stream) {
    co_await stream.async_shutdown(as_result);
    boost::system::error_code ignored;
    stream.next_layer().shutdown(tcp_socket::shutdown_send, ignored);
  }
};

void serve_tls(const std::shared_ptr<core>& shared, tcp_socket socket,
               std::shared_ptr<asio::ssl::context> context) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error).address();
  const auto executor = socket.get_executor();
  // SSL_new takes a reference of its own on the SSL_CTX, so that the context may go before the stream.
  const auto made =
      std::make_shared<connection_of<tls_stream>>(shared, executor, peer, std::move(socket), *context);
  connection_of<tls_stream>::start(made);
}

std::shared_ptr<asio::ssl::context> load_tls(const std::string& certificate, const std::string& key) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  auto* const native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native,
                      SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  // Forward secrecy and AEAD only; TLS 1.3 has its own list.
  SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  boost::system::error_code error;
  context->use_certificate_chain_file(certificate, error);
  if (error) throw std::runtime_error("server.tls_certificate " + certificate + ": " + error.message());
  context->use_private_key_file(key, asio::ssl::context::pem, error);
  if (error) throw std::runtime_error("server.tls_key " + key + ": " + error.message());
  if (SSL_CTX_check_private_key(native) != 1) {
    throw std::runtime_error("server.tls_key " + key + ": does not belong to the certificate");
  }
  return context;
}

} // namespace foyer::http
