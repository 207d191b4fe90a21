#pragma once

#include <span>

namespace foyer::storage {

/// A query that gives a row with one sentence for each violation.
struct audit_query {
  int invariant;
  const char* name;
  const char* sql;
};

/// In the order of their invariants.
std::span<const audit_query> audit_queries();

} // namespace foyer::storage
