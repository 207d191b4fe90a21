#pragma once

#include <string>
#include <string_view>

namespace foyer {

/// A unique key (S6) in groups, as people read it: "7K2M9-QXA4T-…".
inline std::string grouped(std::string_view key) {
  constexpr std::size_t group = 5;
  std::string out;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (i > 0 && i % group == 0) out += '-';
    out += key[i];
  }
  return out;
}

} // namespace foyer
