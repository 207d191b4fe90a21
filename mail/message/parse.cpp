#include "mail/message/parse.hpp"

#include "mail/message/address.hpp"
#include "mail/message/encoding.hpp"

#include <algorithm>

namespace foyer::mail {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

struct sections {
  std::string_view head;
  std::string_view body;
};

std::optional<sections> split(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  return sections{bytes.substr(0, end + 2), bytes.substr(end + 4)};
}

/// The raw value of the first header of this name, folds included; empty when absent.
std::string_view header(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    std::size_t end = head.find("\r\n");
    while (end != std::string_view::npos && end + 2 < head.size() &&
           (head[end + 2] == ' ' || head[end + 2] == '\t'))
      end = head.find("\r\n", end + 2);
    const auto field = head.substr(0, end);
    const auto colon = field.find(':');
    if (colon != std::string_view::npos && same_name(field.substr(0, colon), name)) {
      auto value = field.substr(colon + 1);
      while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
      return value;
    }
    if (end == std::string_view::npos) break;
    head.remove_prefix(end + 2);
  }
  return {};
}

std::string decoded_body(std::string_view head, std::string_view body) {
  const auto encoding = header(head, "Content-Transfer-Encoding");
  std::string out;
  if (same_name(encoding, "quoted-printable"))
    out = decode_quoted_printable(body);
  else if (same_name(encoding, "base64"))
    out = decode_base64(body);
  else
    out = body;
  std::erase(out, '\r');
  return out;
}

std::string boundary_of(std::string_view content_type) {
  const auto at = content_type.find("boundary=");
  if (at == std::string_view::npos) return {};
  auto value = content_type.substr(at + 9);
  if (value.starts_with('"')) return std::string(value.substr(1, value.find('"', 1) - 1));
  return std::string(value.substr(0, value.find_first_of("; \t\r\n")));
}

void take_part(parsed_message& into, std::string_view head, std::string_view body) {
  const auto type = header(head, "Content-Type");
  if (type.starts_with("text/html"))
    into.html = decoded_body(head, body);
  else if (type.empty() || type.starts_with("text/plain"))
    into.text = decoded_body(head, body);
}

void take_parts(parsed_message& into, std::string_view body, const std::string& boundary) {
  const std::string mark = "--" + boundary;
  auto at = body.find(mark);
  while (at != std::string_view::npos) {
    const auto begin = at + mark.size();
    if (body.substr(begin).starts_with("--")) return;
    const auto end = body.find("\r\n" + mark, begin);
    const auto part = body.substr(begin, end == std::string_view::npos ? end : end + 2 - begin);
    if (const auto inner = split(part.starts_with("\r\n") ? part.substr(2) : part))
      take_part(into, inner->head, inner->body);
    at = end == std::string_view::npos ? end : end + 2;
  }
}

} // namespace

std::optional<parsed_message> parse_headers(std::string_view bytes) {
  const auto whole = split(bytes);
  if (!whole) return std::nullopt;
  parsed_message out;
  out.from = decode_header(header(whole->head, "From"));
  const auto to = decode_header(header(whole->head, "To"));
  const auto mailbox = parse_mailbox(to);
  out.to = mailbox ? mailbox->address : to;
  out.subject = decode_header(header(whole->head, "Subject"));
  out.date = header(whole->head, "Date");
  out.message_id = header(whole->head, "Message-ID");
  return out;
}

std::optional<parsed_message> parse(std::string_view bytes) {
  auto out = parse_headers(bytes);
  if (!out) return std::nullopt;
  const auto whole = *split(bytes);
  const auto type = header(whole.head, "Content-Type");
  if (type.starts_with("multipart/"))
    take_parts(*out, whole.body, boundary_of(type));
  else
    take_part(*out, whole.head, whole.body);
  return out;
}

std::vector<std::string> links_in(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; (at = text.find("http", at)) != std::string_view::npos;) {
    const auto rest = text.substr(at);
    if (!rest.starts_with("http://") && !rest.starts_with("https://")) {
      at += 4;
      continue;
    }
    auto link = rest.substr(0, rest.find_first_of(" \t\r\n<>\"'"));
    at += link.size();
    // Punctuation that ends a sentence is not part of the address.
    while (!link.empty() && std::string_view(".,;:!?)").find(link.back()) != std::string_view::npos)
      link.remove_suffix(1);
    if (std::find(out.begin(), out.end(), link) == out.end()) out.emplace_back(link);
  }
  return out;
}

} // namespace foyer::mail
