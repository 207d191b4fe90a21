#pragma once

#include <any>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::http {

struct route;

/// The methods that the server knows. Any other is answered 501 before routing.
enum class verb : std::uint8_t { get, head, post, put, patch, delete_, options };

/// The method as it stands in a request line, such as "DELETE".
std::string_view name_of(verb) noexcept;
std::optional<verb> verb_of(std::string_view method_name) noexcept;

/// One header field; views into the request that holds it. The name is as sent, the value is trimmed.
struct field {
  std::string_view name;
  std::string_view value;
};

/// One request, whole: head and body were read and framed before a handler sees it.
///
/// It owns its bytes and everything it hands out are views into them, so it is neither copied nor moved. It
/// lives until its handler has ended, even when the client got 503 in the meantime. Used on one strand, so
/// never by two threads at once. Tests make one with make_request() (http/server/guard.hpp).
class request {
public:
  static constexpr std::size_t parameters_max = 8;

  request() = default;
  request(const request&) = delete;
  request& operator=(const request&) = delete;

  verb method = verb::get;
  /// As sent, with the query; at most server_options::target_max bytes.
  std::string_view target;
  /// Percent-decoded, UTF-8, begins with '/', without control characters and "." and ".." segments.
  std::string_view path;
  /// What follows '?', still encoded; well formed once decoded.
  std::string_view raw_query;
  /// Lower case, with the port as sent: "shop.example:8080".
  std::string_view host;
  std::vector<field> fields;
  std::string body;
  /// The client's address as text, after trusted proxies: "192.0.2.7", "2001:db8::1".
  std::string_view remote_address;
  /// The client's own X-Request-Id if it is 1 to 64 of [A-Za-z0-9._-], else made here. Goes into every log
  /// line.
  std::string_view request_id;
  /// The client speaks TLS with us, or with a trusted proxy that said so.
  bool secure = false;
  /// The matched route; never null in a handler.
  const http::route* route = nullptr;
  /// What the gate (http/session) found out about the caller, for the handler.
  std::any caller;

  /// The first field of this name in any letter case; nullopt when absent, "" when empty.
  std::optional<std::string_view> header(std::string_view name) const noexcept;
  /// How many fields have this name; more than one is an error for most fields.
  std::size_t count(std::string_view name) const noexcept;
  /// The first cookie of this name.
  std::optional<std::string_view> cookie(std::string_view name) const noexcept;
  /// A parameter of the query, decoded ('+' is a space). The first of several counts.
  std::optional<std::string> query(std::string_view name) const;
  /// All parameters of the query in their order, decoded.
  std::vector<std::pair<std::string, std::string>> query_pairs() const;
  /// The path parameter of the route's pattern, "org" of "{org}". Empty when the pattern has none of that
  /// name.
  std::string_view parameter(std::string_view name) const noexcept;
  /// The token of "Authorization: Bearer …"; nullopt without one.
  std::optional<std::string_view> bearer() const noexcept;

  /// Filled by the guard and the router.
  std::string head_bytes;
  std::string decoded_path;
  std::array<std::string_view, parameters_max> parameters{};

  /// Ready for the next request of the connection; keeps the memory.
  void clear() noexcept;
};

/// Equal when ASCII letter case is ignored.
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

} // namespace foyer::http
