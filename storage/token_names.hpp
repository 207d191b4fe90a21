#pragma once

#include "actors/commit.hpp"

#include <string_view>

namespace foyer::storage {

/// What `tokens.purpose` holds.
std::string_view name_of(token_purpose purpose) noexcept;
/// `confirmation` for a text that the column's check would not have let in.
token_purpose purpose_named(std::string_view name) noexcept;

} // namespace foyer::storage
