#pragma once

#include <string>
#include <string_view>

namespace foyer::storage {

/// Text that stands for itself in a LIKE pattern, anywhere in the value.
inline std::string like_pattern(std::string_view text) {
  std::string out = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out + "%";
}

} // namespace foyer::storage
