#pragma once

#include "http/request.hpp"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace foyer::http {

/// Which peers may say on whose behalf they ask (server.trusted_proxies).
class trusted_proxies {
public:
  /// Addresses and CIDR networks: "10.0.0.0/8", "2001:db8::/32", "127.0.0.1". Throws std::runtime_error
  /// naming the one that is neither.
  explicit trusted_proxies(const std::vector<std::string>& networks);

  bool empty() const noexcept { return networks_.empty(); }
  bool contains(const boost::asio::ip::address&) const;

  struct client {
    /// As text; the peer's when the proxy said nothing usable.
    std::string address;
    bool secure = false;
  };
  /// For a request of a trusted peer: the last address of X-Forwarded-For that is no trusted proxy itself,
  /// since anything before it could be the client's invention; and whether X-Forwarded-Proto ends in https.
  client client_of(const request&, const boost::asio::ip::address& peer) const;

private:
  struct network {
    boost::asio::ip::address_v6 base; // IPv4 as mapped
    unsigned prefix_bits = 128;
  };
  std::vector<network> networks_;
};

} // namespace foyer::http
