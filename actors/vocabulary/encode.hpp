#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// How bytes and text are written elsewhere. Any thread.

namespace foyer {

/// Two lower-case hexadecimal digits a byte.
std::string in_hex(std::span<const std::uint8_t> bytes);
/// Text as it stands in HTML, also within a quoted attribute.
std::string html_escaped(std::string_view text);

} // namespace foyer
