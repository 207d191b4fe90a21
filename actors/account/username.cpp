#include "actors/account/username.hpp"

#include "actors/vocabulary/text.hpp"

#include <algorithm>

namespace foyer::account {
namespace {

constexpr std::size_t username_min = 3;
constexpr std::size_t username_max = 40;
constexpr std::size_t base_max = 24; // leaves room for a year or a number

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

bool is_username(std::string_view text) noexcept {
  if (text.size() < username_min || text.size() > username_max || !is_letter_or_digit(text.front()))
    return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; });
}

std::string username_key(std::string_view username) {
  std::string key{username};
  std::transform(key.begin(), key.end(), key.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return key;
}

std::string username_base(std::string_view first_name, std::string_view last_name) {
  auto base = fold_to_ascii(first_name).substr(0, 1) + fold_to_ascii(last_name);
  std::erase(base, ' ');
  base.resize(std::min(base.size(), base_max));
  // Names in a script that has no Latin spelling, or of one letter.
  if (base.size() < username_min) base = "user" + base;
  return base;
}

std::string free_username(const std::string& base, std::optional<int> birth_year,
                          const std::set<std::string>& taken) {
  if (!taken.contains(base)) return base;
  if (birth_year) {
    auto with_year = base + std::to_string(*birth_year);
    if (!taken.contains(with_year)) return with_year;
  }
  for (std::size_t number = 2;; ++number) {
    auto numbered = base + std::to_string(number);
    if (!taken.contains(numbered)) return numbered;
  }
}

} // namespace foyer::account
