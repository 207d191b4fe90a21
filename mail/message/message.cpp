#include "mail/message/message.hpp"

#include "mail/message/encoding.hpp"
#include "mail/message/header.hpp"

#include <array>
#include <cstdio>

namespace foyer::mail {
namespace {

void append_part(std::string& out, std::string_view boundary, std::string_view type,
                 std::string_view content) {
  out += "--";
  out += boundary;
  out += "\r\n";
  append_raw_header(out, "Content-Type", std::string(type) + "; charset=utf-8");
  append_raw_header(out, "Content-Transfer-Encoding", "quoted-printable");
  out += "\r\n";
  out += quoted_printable(content);
}

} // namespace

std::optional<encoded_message> encode(const message& from) {
  const auto sender = wire_address(from.from.address);
  const auto recipient = wire_address(from.to.address);
  if (!sender || !recipient) return std::nullopt;

  const auto returned = from.return_to.empty() ? sender : wire_address(from.return_to);
  encoded_message out{returned.value_or(*sender), *recipient, {}};
  std::string& bytes = out.bytes;
  bytes.reserve(2048 + from.text.size() * 2 + from.html.size() * 2);
  append_raw_header(bytes, "Date", rfc5322_date(from.date));
  append_mailbox_header(bytes, "From", {from.from.name, *sender});
  append_mailbox_header(bytes, "To", {from.to.name, *recipient});
  if (!from.reply_to.empty())
    if (const auto reply = wire_address(from.reply_to))
      append_mailbox_header(bytes, "Reply-To", {{}, *reply});
  append_text_header(bytes, "Subject", from.subject);
  append_raw_header(bytes, "Message-ID", "<" + from.id + "@" + std::string(domain_of(*sender)) + ">");
  append_raw_header(bytes, "MIME-Version", "1.0");
  // RFC 3834: vacation notices and the like do not answer.
  append_raw_header(bytes, "Auto-Submitted", "auto-generated");
  append_raw_header(bytes, "Content-Language", from.language);
  if (!from.unsubscribe_url.empty()) {
    append_raw_header(bytes, "List-Unsubscribe", "<" + from.unsubscribe_url + ">");
    append_raw_header(bytes, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
  }
  // "=_" can't occur in quoted-printable, so the boundary can't occur in a part (RFC 2045, section 6.7).
  const std::string boundary = "=_" + from.id;
  append_raw_header(bytes, "Content-Type", "multipart/alternative; boundary=\"" + boundary + "\"");
  bytes += "\r\n";
  append_part(bytes, boundary, "text/plain", from.text);
  append_part(bytes, boundary, "text/html", from.html);
  bytes += "--" + boundary + "--\r\n";
  return out;
}

std::string rfc5322_date(std::chrono::sys_seconds at) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  std::array<char, 48> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
                    days[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                    months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                    static_cast<int>(time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

} // namespace foyer::mail
