#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace foyer {

/// An e-mail address as it is shown and as it is compared (A9).
struct email_address {
  std::string shown; // as typed, without spaces around, in NFC
  std::string key;   // case folded, NFC, the domain in its ASCII form (IDNA 2008): equal for the same mailbox
};

/// nullopt unless it looks like local@domain with a domain of at least two labels that IDNA allows; at most
/// 254 bytes in all and 64 before the @ (RFC 5321). Quoted local parts, comments and address literals are
/// refused: nobody has them on purpose. Any thread.
std::optional<email_address> parse_email(std::string_view typed);

} // namespace foyer
