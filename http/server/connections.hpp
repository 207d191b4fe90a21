#pragma once

#include "http/server/core.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace foyer::http {

using tcp_socket = boost::asio::ip::tcp::socket;

/// Serves a connection that core::admit counted in, until it ends; then counts it out.
void serve_plain(const std::shared_ptr<core>&, tcp_socket);
void serve_tls(const std::shared_ptr<core>&, tcp_socket, std::shared_ptr<boost::asio::ssl::context>);

/// A context for TLS 1.2 and 1.3 with this certificate chain and key (PEM). Throws std::runtime_error that
/// names the file and what is wrong with it.
std::shared_ptr<boost::asio::ssl::context> load_tls(const std::string& certificate, const std::string& key);

} // namespace foyer::http
