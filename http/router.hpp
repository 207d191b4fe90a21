#pragma once

#include "http/request.hpp"
#include "http/response.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::http {

/// Runs on the connection's strand. Plain function or object; a capturing lambda that is itself a coroutine
/// is fine, because the router keeps it as long as the server lives.
using handler = std::function<boost::asio::awaitable<response>(request&)>;

/// Who may call a route; the gate holds it, the role matrix test walks it.
enum class access : std::uint8_t {
  anybody, // no session needed; one that is there is looked up all the same
  session, // my-space session or login
  login,   // an account is logged in
  staff,   // a role of `roles` in the organisation {org}; others get 404 (no role) or 403
};

/// Set of staff roles.
namespace roles {
inline constexpr std::uint8_t none = 0;
inline constexpr std::uint8_t administrator = 1;
inline constexpr std::uint8_t auditor = 2;
inline constexpr std::uint8_t editor = 4;
inline constexpr std::uint8_t box_office = 8;
inline constexpr std::uint8_t all = 15;
} // namespace roles

/// What is declared about a route, for the gate, the OpenAPI description and the tests.
struct route_info {
  /// Unique, snake_case: "create_order". Name in metrics and OpenAPI.
  std::string_view operation;
  http::access access = http::access::anybody;
  std::uint8_t roles = roles::none;
  /// Idempotency-Key is required: without, 400 `idempotency_key_required`; not printable or over 255: 400.
  bool idempotent = false;
  /// Bytes; 0: server_options::body_max.
  std::size_t body_max = 0;
  /// The request need not come from our own pages: no Origin and CSRF check (webhooks, one-click
  /// unsubscribe).
  bool cross_site = false;
  /// "public", "buyer", "staff", "operations": groups in OpenAPI.
  std::string_view group = "public";
};

struct route {
  verb method = verb::get;
  /// "/api/v1/orgs/{org}/orders/{number}". A parameter is one whole segment, or all of it but an
  /// ending: {ticket}.pdf. The last may be {name*}: the rest.
  std::string pattern;
  std::vector<std::string> parameter_names;
  http::handler handler;
  route_info info;
  /// Position in router::routes(), for counters.
  std::size_t index = 0;
};

/// The table of routes: filled at start, then read by all threads.
class router {
public:
  router();
  ~router();
  router(router&&) noexcept;
  router& operator=(router&&) noexcept;

  /// Throws std::logic_error for what only a programming mistake brings: the same method and pattern twice, a
  /// bad pattern, more than request::parameters_max parameters.
  /// operation must have static storage.
  router& add(verb method, std::string_view pattern, handler, route_info);

  /// Called before the handler of every route whose access is not `anybody`, and of those too when a session
  /// cookie or bearer token is sent; answers something when the request may not go on.
  using gate_function = std::function<boost::asio::awaitable<std::optional<response>>(request&)>;
  void set_gate(gate_function);
  const gate_function& gate() const noexcept;

  enum class outcome : std::uint8_t { found, not_found, method_not_allowed };
  struct match {
    outcome result = outcome::not_found;
    const http::route* route = nullptr;
    /// For 405 and OPTIONS: "GET, HEAD, POST".
    std::string allow;
  };
  /// Looks up request.method and request.path; sets request.route and its parameters when found. HEAD finds
  /// GET.
  match find(request&) const;

  /// In the order they were added; references stay good.
  const std::deque<route>& routes() const noexcept;

private:
  struct node;
  std::unique_ptr<node> root_;
  std::deque<route> routes_;
  gate_function gate_;
};

} // namespace foyer::http
