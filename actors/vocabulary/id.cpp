#include "actors/vocabulary/id.hpp"

namespace foyer {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

int value_of(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool hyphen_at(std::size_t position) noexcept {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

} // namespace

void append_to(std::string& out, const uuid& id) {
  char text[36];
  std::size_t at = 0;
  for (auto byte : id.bytes) {
    if (hyphen_at(at)) text[at++] = '-';
    text[at++] = digits[byte >> 4];
    text[at++] = digits[byte & 15];
  }
  out.append(text, sizeof text);
}

std::string to_string(const uuid& id) {
  std::string out;
  out.reserve(36);
  append_to(out, id);
  return out;
}

std::optional<uuid> parse_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return std::nullopt;
  uuid out;
  std::size_t at = 0;
  for (auto& byte : out.bytes) {
    if (hyphen_at(at) && text[at++] != '-') return std::nullopt;
    const auto high = value_of(text[at++]);
    const auto low = value_of(text[at++]);
    if (high < 0 || low < 0) return std::nullopt;
    byte = static_cast<std::uint8_t>((high << 4) | low);
  }
  return out;
}

} // namespace foyer
