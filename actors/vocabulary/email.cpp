#include "actors/vocabulary/email.hpp"

#include "actors/vocabulary/text.hpp"

#include <algorithm>
#include <idn2.h>

namespace foyer {
namespace {

constexpr std::size_t whole_max = 254; // RFC 5321, 4.5.3.1.3, without the angle brackets
constexpr std::size_t local_max = 64;

// RFC 5322's atext with dots, and anything beyond ASCII (RFC 6531).
bool is_local_part(std::string_view local) {
  if (local.empty() || local.size() > local_max || local.front() == '.' || local.back() == '.') return false;
  if (local.find("..") != std::string_view::npos) return false;
  return std::all_of(local.begin(), local.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
      return true;
    return std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  });
}

// A letter-digit-hyphen name of two labels or more; idn2 leaves what is ASCII already nearly unchecked.
bool is_host_name(std::string_view name) {
  std::size_t labels = 0;
  bool last_is_number = false;
  while (true) {
    const auto dot = name.find('.');
    const auto label = name.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    last_is_number = true;
    for (const char c : label) {
      const bool digit = c >= '0' && c <= '9';
      if (!digit && !(c >= 'a' && c <= 'z') && c != '-') return false;
      last_is_number = last_is_number && digit;
    }
    ++labels;
    if (dot == std::string_view::npos) return labels >= 2 && !last_is_number;
    name.remove_prefix(dot + 1);
  }
}

std::optional<std::string> ascii_domain(const std::string& domain) {
  char* found = nullptr;
  const auto result = idn2_to_ascii_8z(domain.c_str(), &found, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (result != IDN2_OK) return std::nullopt;
  std::string out{found};
  idn2_free(found);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

} // namespace

std::optional<email_address> parse_email(std::string_view typed) {
  if (typed.size() > 2 * whole_max || typed.find('\0') != std::string_view::npos) return std::nullopt;
  email_address out;
  out.shown = nfc(trimmed(typed));
  if (out.shown.size() > whole_max) return std::nullopt;
  // What was no UTF-8, or could not be read before: nobody has an address with it.
  if (out.shown.find("\xEF\xBF\xBD") != std::string::npos) return std::nullopt;
  const auto at = out.shown.rfind('@');
  if (at == std::string::npos || !is_local_part(std::string_view(out.shown).substr(0, at)))
    return std::nullopt;
  const auto domain = ascii_domain(out.shown.substr(at + 1));
  if (!domain || !is_host_name(*domain)) return std::nullopt;
  out.key = fold_case(std::string_view(out.shown).substr(0, at)) + '@' + *domain;
  if (out.key.size() > whole_max) return std::nullopt;
  return out;
}

} // namespace foyer
