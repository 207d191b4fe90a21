#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/secret.hpp"
#include "actors/vocabulary/time.hpp"

#include <cstdint>
#include <optional>
#include <string>

// Cold rows of sessions, of logins and of my space (S6).
// A part of actors/commit.hpp.

namespace foyer {

struct session_row {
  session_id id;
  sha256_hash token_hash{};
  bool login = true; // false: a my-space session (S6)
  std::optional<account_id> account;
  std::optional<organisation_id> organisation;
  std::optional<household_id> household;
  std::optional<order_id> only_order;
  std::optional<std::int64_t> key_version; // of the unique key that opened it; it ends with that key
  bool remembered = false;
  std::string device;
  std::string address;
  time_point created_at;
  time_point last_used_at;
  time_point password_at;
  time_point expires_at;
};

struct session_touched {
  session_id id;
  time_point last_used_at;
  std::optional<time_point> password_at;
};

struct session_ended {
  session_id id;
};

/// All sessions of the account but one.
struct sessions_ended {
  account_id account;
  std::optional<session_id> except;
};

} // namespace foyer
