#pragma once

#include "actors/vocabulary/outcome.hpp"
#include "http/request.hpp"

#include <string>

namespace foyer::http {

/// How lists are asked for: `?limit=` (50, at most 200) and `?cursor=`.
struct paging {
  int limit = 50;
  std::string cursor; // empty: from the beginning
};

inline constexpr int page_limit_max = 200;

/// Refused: invalid, with the field "?limit".
outcome<paging> paging_of(const request& in);

/// The refusal of a cursor that this server did not make.
refusal bad_cursor();

} // namespace foyer::http
