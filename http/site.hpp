#pragma once

#include "http/request.hpp"

#include <string>
#include <string_view>

namespace foyer::http {

/// What the configured public address means for cookies and origins. Read-only after start.
struct site {
  std::string public_url; // without a slash at its end
  /// Cookies are Secure and the session's has the prefix __Host-, except where public_url is plain HTTP on a
  /// loopback name, so that a newcomer's browser keeps them.
  bool secure = true;
  std::string session_cookie = "__Host-foyer";
  std::string device_cookie = "__Host-foyer-device";
  std::string registration_cookie = "foyer-registration";
};

site site_of(std::string_view public_url);

/// False for a request that another site's page sent: Origin, where there is one, must be ours (public_url,
/// or the host that the request itself names and the guard has allowed), else Sec-Fetch-Site must not say
/// otherwise. Programs send neither.
bool from_own_pages(const request& in, const site& own);

} // namespace foyer::http
