#pragma once

#include "actors/vocabulary/money.hpp"
#include "actors/vocabulary/outcome.hpp"
#include "http/response.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::http {

/// An error as RFC 9457 has it; converts to a response. The codes are those of the HTTP interface and stable.
struct problem {
  int status = 500;
  std::string code = "internal";
  /// For a human reader; never contains what the client sent.
  std::string detail;
  /// The field is a JSON pointer into the body, "/lines/0/quantity", or "?limit" for the query; the code is
  /// one of required, invalid, too_short, too_long, out_of_range, unknown_field, duplicate, read_only, …
  std::vector<field_error> errors;
  /// Sent as Retry-After; 429 and 503 without one get 1 s.
  std::optional<std::chrono::seconds> retry_after;
  /// More members, as JSON text without braces: "\"room\":{\"amount\":-5000,\"currency\":\"EUR\"}".
  std::string members;
};

/// The status of a refusal's code; the only place that maps one to the other.
int status_of(errc) noexcept;
/// A refusal as a problem; `unit` is the currency of its room, where it has one.
problem problem_of(const refusal&, const currency& unit = {});

/// The usual ones, where no actor was asked.
problem bad_request(std::string_view code, std::string_view detail = {});        // 400
problem not_authenticated();                                                     // 401 not_authenticated
problem forbidden(std::string_view code = "forbidden");                          // 403
problem not_found();                                                             // 404 not_found
problem conflict(std::string_view code, std::string_view detail = {});           // 409
problem invalid(std::vector<field_error> errors);                                // 422 invalid
problem invalid(std::string_view field, std::string_view code);                  // 422 invalid, one field
problem unprocessable(std::string_view code, std::string_view detail = {});      // 422
problem rate_limited(std::chrono::seconds retry_after);                          // 429 rate_limited
problem unavailable(std::chrono::seconds retry_after = std::chrono::seconds(1)); // 503 unavailable
problem internal();                                                              // 500 internal

/// The body, without the request's id (the server's header has it).
std::string to_json(const problem&);

} // namespace foyer::http
