#include "http/site.hpp"

namespace foyer::http {
namespace {

constexpr std::string_view plain = "http://";
constexpr std::string_view tls = "https://";

std::string_view host_of(std::string_view url) {
  const auto begin = url.find("://");
  auto rest = begin == std::string_view::npos ? url : url.substr(begin + 3);
  return rest.substr(0, rest.find('/'));
}

bool is_loopback(std::string_view host) {
  if (host.starts_with('[')) return host.starts_with("[::1]");
  const auto name = host.substr(0, host.find(':'));
  return name == "localhost" || name.ends_with(".localhost") || name.starts_with("127.");
}

} // namespace

site site_of(std::string_view public_url) {
  site out;
  out.public_url = public_url;
  if (public_url.starts_with(plain) && is_loopback(host_of(public_url))) {
    out.secure = false;
    out.session_cookie = "foyer";
    out.device_cookie = "foyer-device";
  }
  return out;
}

bool from_own_pages(const request& in, const site& own) {
  if (const auto origin = in.header("origin")) {
    const auto scheme = own.public_url.starts_with(tls) ? tls : plain;
    if (equal_ignoring_case(*origin, std::string(scheme).append(host_of(own.public_url)))) return true;
    const auto used = in.secure ? tls : plain;
    return equal_ignoring_case(*origin, std::string(used).append(in.host));
  }
  const auto fetched = in.header("sec-fetch-site");
  return !fetched || *fetched == "same-origin" || *fetched == "none";
}

} // namespace foyer::http
