#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace foyer::mail {

/// Bytes of the UTF-8 character at `at`; 1 where the text is not valid UTF-8. at < text.size().
std::size_t character_length(std::string_view text, std::size_t at);
/// Whether this is one whole well-formed UTF-8 character (no overlong forms, no surrogates).
bool valid_character(std::string_view character);

/// Appends the mark and two capital hexadecimal digits.
void append_hex(std::string& out, char mark, char byte);

/// The text as quoted-printable (RFC 2045, section 6.7) with CRLF line ends and lines of at most 76
/// characters. No line begins with "From " and none is a lone dot, whatever the mail passes through.
std::string quoted_printable(std::string_view text);

/// The reverse, lenient as section 6.7 advises: what is not an escape stays as it is.
std::string decode_quoted_printable(std::string_view text);

/// Base 64 (RFC 4648); ignores everything outside the alphabet.
std::string decode_base64(std::string_view text);

/// A header's value with its encoded words (RFC 2047) of UTF-8 or US-ASCII decoded and folds removed.
std::string decode_header(std::string_view value);

} // namespace foyer::mail
