#pragma once

#include "mail/message/address.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace foyer::mail {

/// What a mail says, ready to be laid out.
struct message {
  std::string
      id; // of the outbox row; makes Message-ID and the boundary, so a repeat is byte for byte the same
  mailbox_name from;
  mailbox_name to;
  std::string reply_to;  // an address; empty: none
  std::string return_to; // where it is returned to when it can't be delivered; empty: the sender's address
  std::chrono::sys_seconds date{};
  std::string language; // "fr"
  std::string subject;
  std::string text;
  std::string html;
  /// Where a POST ends further mails like this (RFC 8058), visible ASCII; empty: no such header.
  std::string unsubscribe_url;
};

/// A message as SMTP and .eml files carry it (RFC 5322, CRLF line ends): multipart/alternative of UTF-8 text
/// and HTML in quoted-printable, which keeps it readable in files and needs no 8BITMIME.
struct encoded_message {
  std::string envelope_from;
  std::string envelope_to;
  std::string bytes;
};

/// nullopt when the sender's or recipient's address can't be used (wire_address); an unusable reply_to is
/// left out.
std::optional<encoded_message> encode(const message&);

/// A date as RFC 5322, section 3.3 writes it: "Tue, 01 Jul 2025 10:52:37 +0000".
std::string rfc5322_date(std::chrono::sys_seconds);

} // namespace foyer::mail
