#pragma once

#include "actors/vocabulary/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace foyer::http {

/// The version that `If-Match` asks for: none without the field or with "*". version_conflict for anything
/// that can't be one of our ETags (RFC 9110, section 13.1.1: a weak one never matches).
outcome<std::optional<std::int64_t>> expected_version(const request& in);

/// What a record of this version has in `ETag`.
std::string etag_of(std::int64_t version);

/// 200 (or another status) with a record and its ETag.
response record_response(int status, std::string body, std::int64_t version);

} // namespace foyer::http
