#pragma once

#include "actors/imports/imports.hpp"

#include <string>
#include <string_view>

namespace foyer::http::staff {

/// The lines of an import that were not created as CSV (H10): the columns of the file, as it separated them,
/// and the reason behind them in the language of `locale`. UTF-8 with a byte order mark.
std::string rejected_header(const imports::state& of, std::string_view locale);
/// The cells of a line as they were, one for each column, and the reason.
void append_rejected(std::string& out, const imports::bad_line& line, const imports::state& of,
                     std::string_view locale);

} // namespace foyer::http::staff
