#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/secret.hpp"
#include "actors/vocabulary/time.hpp"

#include <cstdint>
#include <optional>
#include <string>

// Cold rows of accounts and of the links that are mailed to them.
// A part of actors/commit.hpp.

namespace foyer {

/// Inserts (expected_version 0) or updates under the version guard.
struct account_row {
  account_id id;
  std::int64_t expected_version = 0;
  std::int64_t version = 1;
  std::string email;
  std::string email_key;
  std::string username;
  std::string username_key;
  std::string password_hash;
  std::string first_name;
  std::string last_name;
  std::optional<date> birth_date;
  std::string locale;
  std::string website;
  bool newsletter = false;
  bool active = false;
  std::optional<organisation_id> registered_at;
  std::optional<sha256_hash> registration_hash;
  time_point created_at;
  std::optional<time_point> confirmed_at;
  time_point password_changed_at;
};

struct account_removed {
  account_id id;
  std::int64_t expected_version = 0;
};

enum class token_purpose {
  confirmation,
  password_reset,
  email_change,
  email_undo,
  space_code,
  staff_welcome,
  invitation
};

struct token_row {
  token_id id;
  token_purpose purpose = token_purpose::confirmation;
  sha256_hash hash{};
  std::optional<account_id> account;
  std::optional<organisation_id> organisation;
  std::optional<household_id> household;
  std::string subject; // what it is for: the new address of an e-mail change
  time_point created_at;
  time_point expires_at;
};

/// Every valid token of this purpose and account (or, for space_code, household) becomes `replaced`.
struct tokens_replaced {
  token_purpose purpose = token_purpose::confirmation;
  std::optional<account_id> account;
  std::optional<household_id> household;
};

/// valid becomes used, by one conditional update; the commit is stale when it is no longer valid.
struct token_used {
  token_id id;
};

/// One more failed try of the code; at the limit the token becomes replaced.
struct token_code_failed {
  token_id id;
  int limit = 5;
};

} // namespace foyer
