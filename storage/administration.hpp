#pragma once

#include "actors/organisation/organisation.hpp"
#include "actors/vocabulary/email.hpp"
#include "actors/vocabulary/outcome.hpp"
#include "actors/vocabulary/secret.hpp"

#include <optional>
#include <string>
#include <vector>

// What the operator does at the command line, while the server runs or without it: each call is one
// transaction on a connection of its own. Blocking. Refusals carry a sentence for the operator in `detail`.

namespace foyer::storage {

struct new_organisation {
  std::string slug;
  std::string name;
  currency unit;
  std::string locale;
};

/// Somebody who gets a role (A12). Where the address has no account yet, one is made: with a password hash it
/// can be used at once, without, its owner gets a mail with a link to choose a password.
struct new_staff {
  std::string organisation; // slug
  email_address email;
  organisation::role role = organisation::role::administrator;
  std::string first_name; // empty: the local part of the address
  std::string last_name;
  std::optional<std::string> password_hash; // PHC
  std::chrono::seconds invitation_life{};
};

/// What became of the account.
enum class staff_account { there_already, opened, invited };

/// With the points of sale `online` and `counter`, and an administrator if one is named (whose `organisation`
/// and `role` are filled in here). Refused: conflict (the slug is taken).
outcome<staff_account> create_organisation(const std::string& url, const new_organisation& what,
                                           new_staff administrator, const server_secret& secret);

/// Gives a role, or changes it. Refused: not_found (the organisation).
outcome<staff_account> add_staff(const std::string& url, const new_staff& who, const server_secret& secret);

struct listed_organisation {
  std::string slug;
  std::string name;
  std::string currency;
  std::string locale;
  std::int64_t households = 0;
  std::int64_t staff = 0;
};
outcome<std::vector<listed_organisation>> list_organisations(const std::string& url);

} // namespace foyer::storage
