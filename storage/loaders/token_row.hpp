#pragma once

#include "actors/account/account.hpp"
#include "storage/pg/rows.hpp"
#include "storage/token_names.hpp"

namespace foyer::storage {

/// Reads id, purpose, state, code_failures, subject, created_at, expires_at.
inline account::token token_in(pg::row_reader& row) {
  account::token out;
  row.into(out.id);
  out.purpose = purpose_named(row.next<std::string>());
  const auto word = row.next<std::string>();
  out.state = word == "used"       ? account::token_state::used
              : word == "replaced" ? account::token_state::replaced
                                   : account::token_state::valid;
  out.code_failures = row.next<std::int32_t>();
  row.into(out.subject, out.created_at, out.expires_at);
  return out;
}

} // namespace foyer::storage
