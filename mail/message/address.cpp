#include "mail/message/address.hpp"

#include <algorithm>
#include <idn2.h>
#include <memory>

namespace foyer::mail {
namespace {

// RFC 5321, sections 4.5.3.1.1 to 4.5.3.1.3.
constexpr std::size_t local_max = 64;
constexpr std::size_t domain_max = 253;
constexpr std::size_t address_max = 254;

bool atom_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool dot_atom(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '.' || atom_character(c); });
}

bool host_name(std::string_view text) {
  if (text.empty() || text.size() > domain_max || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

} // namespace

std::optional<mailbox_name> parse_mailbox(std::string_view text) {
  text = trimmed(text);
  const auto open = text.rfind('<');
  mailbox_name out;
  if (open == std::string_view::npos) {
    out.address = text;
  } else {
    if (text.back() != '>') return std::nullopt;
    out.name = unquoted(trimmed(text.substr(0, open)));
    out.address = trimmed(text.substr(open + 1, text.size() - open - 2));
  }
  if (!wire_address(out.address)) return std::nullopt;
  return out;
}

std::optional<std::string> wire_address(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || at > local_max) return std::nullopt;
  const auto local = address.substr(0, at);
  if (!dot_atom(local)) return std::nullopt;

  const std::string domain(address.substr(at + 1));
  // libidn2 reads up to the first NUL.
  if (domain.find('\0') != std::string::npos) return std::nullopt;
  char* converted = nullptr;
  const int status = idn2_to_ascii_8z(domain.c_str(), &converted, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, decltype(&idn2_free)> owner(converted, &idn2_free);
  if (status != IDN2_OK || !host_name(converted)) return std::nullopt;

  std::string out(local);
  out += '@';
  out += converted;
  if (out.size() > address_max) return std::nullopt;
  return out;
}

std::string_view domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

} // namespace foyer::mail
