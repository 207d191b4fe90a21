#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace foyer::http {

/// Well-formed UTF-8 as Unicode 15 table 3-7 has it: no overlong forms, surrogates or anything above
/// U+10FFFF.
bool is_utf8(std::string_view text) noexcept;
/// The length of the well-formed UTF-8 sequence at the beginning, 1 to 4; 0 when it is not one.
std::size_t sequence_length(std::string_view text) noexcept;
/// How many code points well-formed UTF-8 has.
std::size_t code_points(std::string_view text) noexcept;

/// A control character of ASCII or of U+0080 to U+009F, in well-formed UTF-8.
bool has_control(std::string_view text) noexcept;

/// Appends the text with every %XX replaced (RFC 3986, section 2.1). False when a '%' has not two hex digits.
bool append_percent_decoded(std::string& out, std::string_view text, bool plus_is_space);

/// 0 to 15, or -1.
constexpr int hex_value(char digit) noexcept {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

constexpr char ascii_lower(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
}

/// A character of a token (RFC 9110, section 5.6.2): field names, methods, cookie names.
bool is_token_character(char character) noexcept;

} // namespace foyer::http
