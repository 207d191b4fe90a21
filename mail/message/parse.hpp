#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::mail {

/// What the mailbox page shows of a message.
struct parsed_message {
  std::string from;
  std::string to; // the bare address
  std::string subject;
  std::string date; // as it stands in the header
  std::string message_id;
  std::string text;
  std::string html;
};

/// Reads a message as encode() writes it (and others of the same simple shape: one level of multipart).
/// nullopt when there is no header block.
std::optional<parsed_message> parse(std::string_view bytes);
/// The header block alone: text and html stay empty.
std::optional<parsed_message> parse_headers(std::string_view bytes);

/// All http and https addresses of a text, in their order, each once.
std::vector<std::string> links_in(std::string_view text);

} // namespace foyer::mail
