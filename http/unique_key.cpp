#include "http/unique_key.hpp"

namespace foyer::http {
namespace {

constexpr std::size_t key_length = 26; // 128 bits

} // namespace

std::optional<std::string> typed_key(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string out;
  for (char c : text) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    if (digits.find(c) == std::string_view::npos || out.size() == key_length) return std::nullopt;
    out += c;
  }
  if (out.size() != key_length) return std::nullopt;
  return out;
}

sha256_hash key_hash(std::string_view key) {
  return sha256(key);
}

} // namespace foyer::http
