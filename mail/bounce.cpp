#include "mail/bounce.hpp"

#include "actors/vocabulary/encode.hpp"
#include "mail/message/encoding.hpp"
#include "mail/message/header.hpp"

#include <algorithm>
#include <vector>

namespace foyer::mail {
namespace {

/// Reports have three parts; whoever sends more means something else.
constexpr std::size_t parts_max = 16;
constexpr std::size_t depth_max = 3;
/// Mail servers may say anything at any length; staff read the beginning.
constexpr std::size_t detail_max = 300;
constexpr std::size_t id_digits = 32;
constexpr std::size_t mac_digits = 16;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string with_line_feeds(std::string_view from) {
  std::string out{from};
  std::erase(out, '\r');
  return out;
}

struct sections {
  std::string_view head;
  std::string_view body;
};

/// A part may have no header, or no body.
sections split(std::string_view from) {
  if (from.starts_with('\n')) return {{}, from.substr(1)};
  const auto end = from.find("\n\n");
  if (end == std::string_view::npos) return {from, {}};
  return {from.substr(0, end + 1), from.substr(end + 2)};
}

/// The value of the first field of this name, unfolded; empty when absent.
std::string field(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    auto end = head.find('\n');
    while (end != std::string_view::npos && end + 1 < head.size() &&
           (head[end + 1] == ' ' || head[end + 1] == '\t'))
      end = head.find('\n', end + 1);
    const auto line = head.substr(0, end);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && lowered(trimmed(line.substr(0, colon))) == name) {
      std::string value{trimmed(line.substr(colon + 1))};
      std::replace(value.begin(), value.end(), '\n', ' ');
      return value;
    }
    if (end == std::string_view::npos) break;
    head.remove_prefix(end + 1);
  }
  return {};
}

/// "multipart/report" of a Content-Type.
std::string type_of(std::string_view head) {
  const auto value = field(head, "content-type");
  return lowered(trimmed(std::string_view{value}.substr(0, value.find(';'))));
}

/// The boundary of a Content-Type, quoted or not; empty without.
std::string boundary_of(std::string_view head) {
  const auto value = field(head, "content-type");
  const auto at = lowered(value).find("boundary=");
  if (at == std::string::npos) return {};
  std::string_view rest = std::string_view{value}.substr(at + 9);
  if (rest.starts_with('"')) {
    rest.remove_prefix(1);
    return std::string{rest.substr(0, rest.find('"'))};
  }
  return std::string{rest.substr(0, rest.find_first_of("; \t"))};
}

/// What stands between the boundary's lines.
std::vector<std::string_view> parts_of(std::string_view body, const std::string& boundary) {
  std::vector<std::string_view> out;
  if (boundary.empty()) return out;
  const auto mark = "--" + boundary;
  std::size_t begin = std::string_view::npos;
  std::size_t line = 0;
  while (line <= body.size() && out.size() < parts_max) {
    const auto end = std::min(body.find('\n', line), body.size());
    const auto text = body.substr(line, end - line);
    if (text.starts_with(mark)) {
      if (begin != std::string_view::npos) out.push_back(body.substr(begin, line - begin));
      if (text.substr(mark.size()).starts_with("--")) return out;
      begin = std::min(end + 1, body.size());
    }
    line = end + 1;
  }
  if (begin != std::string_view::npos && out.size() < parts_max) out.push_back(body.substr(begin));
  return out;
}

std::string decoded(const sections& part) {
  const auto encoding = lowered(field(part.head, "content-transfer-encoding"));
  if (encoding == "base64") return with_line_feeds(decode_base64(part.body));
  if (encoding == "quoted-printable") return with_line_feeds(decode_quoted_printable(part.body));
  return std::string{part.body};
}

/// What a report says of one recipient.
struct verdict {
  bool failed = false;
  std::string status; // "5.1.1"
  std::string diagnostic;
};

/// The first recipient that failed; our mails have one.
verdict verdict_in(std::string_view status_part) {
  verdict out;
  while (!status_part.empty()) {
    const auto end = status_part.find("\n\n");
    const auto block = status_part.substr(0, end);
    if (lowered(field(block, "action")) == "failed") {
      out.failed = true;
      const auto status = field(block, "status");
      out.status = status.substr(0, status.find_first_not_of("0123456789."));
      out.diagnostic = field(block, "diagnostic-code");
      return out;
    }
    if (end == std::string_view::npos) break;
    status_part.remove_prefix(end + 2);
  }
  return out;
}

/// RFC 3463: no such mailbox or domain, or one that is closed. Not a full mailbox, nor a message that was not
/// liked.
bool is_dead(const verdict& of) {
  const std::string_view status = of.status;
  if (status == "5.1.7" || status == "5.1.8") return false; // about the sender
  if (status.starts_with("5.1.") || status == "5.2.1") return true;
  if (status != "5.0.0") return false;
  for (const std::string_view code : {"550", "551", "553"})
    if (of.diagnostic.find(code) != std::string::npos && of.diagnostic.find("5.7.") == std::string::npos)
      return true;
  return false;
}

void read_parts(std::string_view message, std::optional<verdict>& into, std::size_t depth) {
  const auto whole = split(message);
  if (depth >= depth_max || !type_of(whole.head).starts_with("multipart/")) return;
  for (const auto each : parts_of(whole.body, boundary_of(whole.head))) {
    const auto part = split(each);
    const auto type = type_of(part.head);
    if (type == "message/delivery-status" || type == "message/global-delivery-status") {
      if (!into) into = verdict_in(decoded(part));
    } else {
      read_parts(each, into, depth + 1);
    }
  }
}

std::string mac_of(const mail_id& which, const server_secret& secret) {
  const auto whole = secret.derive("return address", to_string(which));
  return in_hex(std::span{whole}).substr(0, mac_digits);
}

std::string digits_of(const mail_id& which) {
  auto out = to_string(which);
  std::erase(out, '-');
  return out;
}

std::optional<mail_id> id_of(std::string_view digits) {
  std::string text{digits};
  if (text.size() != id_digits) return std::nullopt;
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
  const auto id = parse_uuid(text);
  if (!id) return std::nullopt;
  return mail_id{*id};
}

/// Of "bounces+TOKEN@host" anywhere in a field.
std::optional<mail_id> returned_to(std::string_view address, const server_secret& secret) {
  for (auto plus = address.find('+'); plus != std::string_view::npos; plus = address.find('+', plus + 1)) {
    const auto token = address.substr(plus + 1, id_digits + 1 + mac_digits);
    if (token.size() != id_digits + 1 + mac_digits || token[id_digits] != '-') continue;
    const auto id = id_of(lowered(token.substr(0, id_digits)));
    if (id && equal_in_constant_time(lowered(token.substr(id_digits + 1)), mac_of(*id, secret))) return id;
  }
  return std::nullopt;
}

} // namespace

std::optional<mailer::bounce> read_bounce(std::string_view message, const server_secret& secret) {
  const auto text = with_line_feeds(message);
  std::optional<verdict> said;
  read_parts(text, said, 0);
  if (!said || !said->failed) return std::nullopt;
  const auto head = split(text).head;
  std::optional<mail_id> id;
  for (const auto* name : {"to", "delivered-to", "x-original-to", "envelope-to"})
    if (!id) id = returned_to(field(head, name), secret);
  if (!id) return std::nullopt;
  mailer::bounce out;
  out.mail = *id;
  for (const char c : said->status + (said->diagnostic.empty() ? "" : " " + said->diagnostic))
    if (out.detail.size() < detail_max) out.detail += c >= ' ' && c <= '~' ? c : '?';
  if (out.detail.empty()) out.detail = "returned by the mail server";
  out.dead_mailbox = is_dead(*said);
  return out;
}

std::string return_address(std::string_view configured, const mail_id& which, const server_secret& secret) {
  const auto at = configured.rfind('@');
  if (at == std::string_view::npos) return std::string{configured};
  return std::string{configured.substr(0, at)} + '+' + digits_of(which) + '-' + mac_of(which, secret) +
         std::string{configured.substr(at)};
}

} // namespace foyer::mail
