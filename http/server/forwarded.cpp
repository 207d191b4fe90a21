#include "http/server/forwarded.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace foyer::http {
namespace {

namespace ip = boost::asio::ip;

/// IPv4 and mapped IPv6 are compared as one kind.
ip::address_v6 as_v6(const ip::address& address) {
  return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
}

std::string to_text(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

bool same_prefix(const ip::address_v6& a, const ip::address_v6& b, unsigned bits) {
  const auto left = a.to_bytes();
  const auto right = b.to_bytes();
  for (std::size_t i = 0; i < left.size() && bits > 0; ++i) {
    const unsigned here = std::min(bits, 8U);
    const unsigned mask = (0xFFU << (8U - here)) & 0xFFU;
    if ((left[i] & mask) != (right[i] & mask)) return false;
    bits -= here;
  }
  return true;
}

std::string_view trimmed(std::string_view text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// An address with or without port: "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711".
std::optional<ip::address> parse_node(std::string_view text) {
  if (text.starts_with('[')) {
    text = text.substr(1, std::min(text.find(']'), text.size()) - 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    text = text.substr(0, text.find(':'));
  }
  boost::system::error_code error;
  const auto address = ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  return address;
}

/// The words of a comma-separated list that may be spread over several fields, last first.
std::vector<std::string_view> words_from_last(const request& of, std::string_view name) {
  std::vector<std::string_view> words;
  for (const auto& each : of.fields) {
    if (!equal_ignoring_case(each.name, name)) continue;
    auto rest = each.value;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(','), rest.size());
      words.push_back(trimmed(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  std::reverse(words.begin(), words.end());
  return words;
}

} // namespace

trusted_proxies::trusted_proxies(const std::vector<std::string>& networks) {
  for (const auto& text : networks) {
    const auto slash = std::min(text.find('/'), text.size());
    boost::system::error_code error;
    const auto address = ip::make_address(text.substr(0, slash), error);
    if (error) throw std::runtime_error("server.trusted_proxies: not an address or network: " + text);
    const unsigned widest = address.is_v4() ? 32 : 128;
    unsigned bits = widest;
    if (slash < text.size()) {
      const char* end = text.data() + text.size();
      const auto parsed = std::from_chars(text.data() + slash + 1, end, bits);
      if (parsed.ec != std::errc() || parsed.ptr != end || bits > widest) {
        throw std::runtime_error("server.trusted_proxies: not a network: " + text);
      }
    }
    networks_.push_back({as_v6(address), bits + (128 - widest)});
  }
}

bool trusted_proxies::contains(const ip::address& address) const {
  const auto wanted = as_v6(address);
  return std::any_of(networks_.begin(), networks_.end(),
                     [&](const network& each) { return same_prefix(each.base, wanted, each.prefix_bits); });
}

trusted_proxies::client trusted_proxies::client_of(const request& of, const ip::address& peer) const {
  client out;
  out.address = to_text(peer);
  for (const auto word : words_from_last(of, "x-forwarded-for")) {
    const auto address = parse_node(word);
    if (!address) break; // nothing further left can be believed
    out.address = to_text(*address);
    if (!contains(*address)) break;
  }
  const auto schemes = words_from_last(of, "x-forwarded-proto");
  out.secure = !schemes.empty() && equal_ignoring_case(schemes.front(), "https");
  return out;
}

} // namespace foyer::http
