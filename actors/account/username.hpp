#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

// A8: usernames are unique on the installation without regard to case, and never change. Pure.

namespace foyer::account {

/// A username that somebody chose: 3 to 40 of [A-Za-z0-9._-], beginning with a letter or digit. Never looks
/// like an e-mail address, so that a login says which of the two it is.
bool is_username(std::string_view text) noexcept;

/// How usernames are compared.
std::string username_key(std::string_view username);

/// First initial and last name in ASCII: "Claire", "Le Goff" gives "clegoff". At least three characters.
std::string username_base(std::string_view first_name, std::string_view last_name);

/// The first that is free: the base, with the birth year where known, then with a number from 2. `taken` has
/// the keys of usernames that begin with the base.
std::string free_username(const std::string& base, std::optional<int> birth_year,
                          const std::set<std::string>& taken);

} // namespace foyer::account
