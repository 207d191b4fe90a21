#pragma once

#include "actors/session/session.hpp"
#include "storage/pg/rows.hpp"

#include <cstring>

namespace foyer::storage {

/// The columns of a session in the order that read_session reads; `s` is sessions.
inline constexpr const char* session_columns =
    "s.id, s.token_hash, s.assurance = 'login', s.account_id, s.organisation_id, s.household_id, "
    "s.remembered, "
    "s.device, s.address, s.created_at, s.last_used_at, s.password_at, s.expires_at, s.only_order";
/// Likewise of the account of a login; `a` is accounts (outer). The roles are `role organisation_id`: one
/// array of texts costs less than two arrays in the same order, and most have none.
inline constexpr const char* owner_columns =
    "a.username, a.email, a.email_key, a.first_name, a.last_name, a.birth_date, a.locale, "
    "array(select r.role || ' ' || r.organisation_id::text from roles r where r.account_id = a.id)";

/// Of hashes: any of their bytes are as good as random.
struct hash_of_token {
  std::size_t operator()(const sha256_hash& of) const noexcept {
    std::size_t out = 0;
    std::memcpy(&out, of.data(), sizeof out);
    return out;
  }
};

/// The next columns of a row. Without the account.
session::record read_session(pg::row_reader& from);
/// Sets the owner if the session is a login; else leaves the columns where they are.
void read_owner(pg::row_reader& from, session::record& of);

} // namespace foyer::storage
