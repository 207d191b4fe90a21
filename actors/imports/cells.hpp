#pragma once

#include "actors/vocabulary/money.hpp"
#include "actors/vocabulary/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What stands in the cells of a spreadsheet, as people write it in French and English. Pure.

namespace foyer::imports {

/// Exactly one of both is set.
struct read_amount {
  std::optional<amount> value;
  std::string_view problem; // invalid, currency_mismatch, ambiguous, amount_out_of_range
};
/// "1 234,50", "12.5", "-3,00 €", "EUR 1,234.00", "(5)", "7-". No floating point. At most two decimals, as
/// all amounts have; one separator with three digits behind it is ambiguous: 1.234 may be a thousand or one.
read_amount parse_amount(std::string_view typed, const currency& unit);

/// ISO, or day, month and four digits of the year with / . or - between.
std::optional<date> parse_day(std::string_view typed) noexcept;
/// "oui", "yes", "x", "1", "vrai" …; nothing is no.
std::optional<bool> parse_flag(std::string_view typed);
/// "fr" or "en".
std::optional<std::string> parse_locale(std::string_view typed);
/// Parts between |, or else between commas or semicolons; each once, without spaces around.
std::vector<std::string> split_tags(std::string_view typed);
/// What split_tags takes apart again.
std::string join_tags(const std::vector<std::string>& tags);

/// A sum for spreadsheets: a decimal comma for `fr`, a point otherwise; nothing between thousands.
std::string write_amount(amount sum, std::string_view locale);
std::string write_day(const date& of);

/// For a phone: digits, spaces and + - ( ) . / x.
bool is_phone(std::string_view typed) noexcept;
/// Code points.
std::size_t length_of(std::string_view text) noexcept;
/// Neither tab nor line end (unless `lines`) nor another control character.
bool has_controls(std::string_view text, bool lines) noexcept;

} // namespace foyer::imports
