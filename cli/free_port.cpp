#include "cli/free_port.hpp"

#include "config/values.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <stdexcept>

namespace foyer::cli {
namespace {

constexpr std::string_view any_port = ":0";

std::uint16_t free_port_at(const std::string& host, std::uint16_t but) {
  boost::asio::io_context io;
  boost::system::error_code failed;
  const auto address = boost::asio::ip::make_address(host, failed);
  boost::asio::ip::tcp::acceptor probe{io};
  const boost::asio::ip::tcp::endpoint at{failed ? boost::asio::ip::address_v4::loopback() : address, 0};
  probe.open(at.protocol(), failed);
  if (!failed) probe.bind(at, failed);
  if (failed) throw std::runtime_error{"no free port at " + host + ": " + failed.message()};
  const auto port = probe.local_endpoint().port();
  return port == but ? free_port_at(host, but) : port; // while `probe` has it
}

/// Gives the address a real port other than `but` and returns it; 0 when it had one.
std::uint16_t settle(std::string& listen, std::uint16_t but) {
  const auto parsed = config::parse_host_port(listen);
  if (!parsed || parsed->port != 0) return 0;
  const auto port = free_port_at(parsed->host, but);
  listen.replace(listen.rfind(':') + 1, std::string::npos, std::to_string(port));
  return port;
}

} // namespace

config::settings with_real_ports(config::settings of) {
  const auto port = settle(of.server.listen, 0);
  auto& url = of.server.public_url;
  if (port != 0 && url.ends_with(any_port)) url.replace(url.size() - 1, 1, std::to_string(port));
  settle(of.server.metrics_listen, port);
  return of;
}

} // namespace foyer::cli
