#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace foyer::mail {

/// A mailbox as headers show it.
struct mailbox_name {
  std::string name;    // for display, UTF-8; may be empty
  std::string address; // local@domain
};

/// Reads "Foyer <no-reply@host>" or a bare address (RFC 5322, section 3.4, without comments and groups); the
/// name may stand in quotes. nullopt when there is no usable address.
std::optional<mailbox_name> parse_mailbox(std::string_view text);

/// The address as SMTP and headers take it: local part of dot-atoms (RFC 5322; other than ASCII as RFC 6532
/// has it, which the next server must support), the domain as A-labels (IDNA 2008 by libidn2). At most 254
/// bytes. nullopt for anything else, such as spaces, control characters, quotes or address literals.
std::optional<std::string> wire_address(std::string_view address);

/// What follows the last '@'; empty without one.
std::string_view domain_of(std::string_view address);

} // namespace foyer::mail
