#pragma once

#include "actors/imports/imports.hpp"

namespace foyer::imports {

/// What a file's beginning says of it: its encoding, separator and columns. Quick however large it is.
/// Refused (invalid) as open_table.
outcome<details> look_into(std::string_view file, options asked, const organisation::settings& of);

/// Pieces in which a file goes through the journal: a few milliseconds each, so that orders come between.
inline constexpr std::size_t part_bytes = 256 * 1024;

/// The tag of clients whose importer named none: "import 2026-11-22".
std::string default_tag(time_point now);

} // namespace foyer::imports
