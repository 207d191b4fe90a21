#pragma once

#include <string>
#include <string_view>

namespace foyer::http::buyer {

/// A QR code (ISO/IEC 18004) of the text as an SVG picture: error level M, quiet zone of 4 modules, sharp
/// edges, dark on white whatever the page's theme. Empty when the text is too long for any code. Any thread.
std::string qr_svg(std::string_view text);

} // namespace foyer::http::buyer
