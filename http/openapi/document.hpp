#pragma once

#include "http/router.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace foyer::http::openapi {

/// What the description says of this server beside its routes.
struct surroundings {
  std::string version;
  /// The session cookie's name.
  std::string session_cookie;
  /// Bytes that a body may have where the route names no limit of its own.
  std::size_t body_max = 0;
};

struct description {
  /// OpenAPI 3.1 as JSON, without blanks.
  std::string text;
  /// Routes without an entry, entries without a route, names that nothing defines. Empty in a release.
  std::vector<std::string> mistakes;
};

/// Merges what the routes declare (method, pattern, access, roles, idempotency) with what the JSON files of
/// this folder say by operation id. An entry has:
///   summary, description, tags
///   query             names of info.json's `parameters`, or whole parameter objects
///   request           the schema of the body; `request_optional` where it may be missing
///   responses         by status: the name of a schema, "" for none, or a whole response object
///   problems          codes beside those that follow from the route; problem.cpp knows their status
///   etag, if_match    true where the answer carries the record's version, and where a change may name it
///   conditional       true where the route is only there with some settings
description describe(const std::deque<route>&, const surroundings&);

/// Adds GET /api/openapi.json, which describes all routes added so far and itself: call it last. Mistakes go
/// to the log as errors.
void add_route(router&, const surroundings&);

} // namespace foyer::http::openapi
