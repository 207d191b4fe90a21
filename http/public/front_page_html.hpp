#pragma once

#include "http/public/front_page.hpp"

#include <string>
#include <string_view>

namespace foyer::http {

/// The page at / as HTML. `french`: else English.
std::string front_page_html(const front_page& what, bool french);
std::string_view front_page_style();

} // namespace foyer::http
