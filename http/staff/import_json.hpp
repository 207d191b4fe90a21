#pragma once

#include "actors/imports/imports.hpp"
#include "actors/vocabulary/money.hpp"

#include <string>
#include <string_view>

namespace foyer::http::staff {

/// One import; with `lines`, also what is wrong with which line.
std::string import_json(const imports::state& of, const currency& unit, const imports::line_page* lines);
/// Items of a list, with the cursor of the next page.
std::string imports_json(const imports::page& page, const currency& unit);
/// What changed, as the audit log keeps it.
std::string import_record_json(const imports::state& of);

/// A line's problems in words, for people who repair it in a spreadsheet.
std::string words_of(const std::vector<imports::problem>& problems, std::string_view locale);

/// Nothing of it is under way any more.
bool is_finished(const imports::state& of) noexcept;

} // namespace foyer::http::staff
