#pragma once

#include "mail/message/address.hpp"

#include <string>
#include <string_view>

namespace foyer::mail {

/// Appends "Name: value" and CRLF. Text that is not plain ASCII becomes encoded words (RFC 2047) of UTF-8,
/// lines are folded at 76 characters. Control characters, line ends among them, become spaces, and invalid
/// UTF-8 the replacement character, so that a value can never begin another header.
void append_text_header(std::string& out, std::string_view name, std::string_view value);

/// Appends "Name: display <address>" and CRLF; the address must come from wire_address().
void append_mailbox_header(std::string& out, std::string_view name, const mailbox_name&);

/// Appends a header whose value the program made itself: ASCII without line ends.
void append_raw_header(std::string& out, std::string_view name, std::string_view value);

/// The text with control characters as spaces, invalid UTF-8 replaced, runs of spaces collapsed and trimmed.
std::string one_line(std::string_view text);

} // namespace foyer::mail
