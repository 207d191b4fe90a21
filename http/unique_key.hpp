#pragma once

#include "actors/vocabulary/secret.hpp"
#include "actors/vocabulary/unique_key.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace foyer::http {

using foyer::grouped;

/// The 26 characters that somebody typed: in any letter case, with or without groups, letters that are
/// misread as digits taken for them (Crockford). nullopt when it can't be a key.
std::optional<std::string> typed_key(std::string_view text);

/// What a key is found by in the database.
sha256_hash key_hash(std::string_view key);

} // namespace foyer::http
