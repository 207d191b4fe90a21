#include "config/assign.hpp"

#include "config/values.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace foyer::config {

namespace {

using refusal = std::optional<std::string>;

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

refusal check_url(std::string_view url) {
  const bool https = url.starts_with("https://");
  if (!https && !url.starts_with("http://")) return "must begin with http:// or https://";
  auto host = url.substr(https ? 8 : 7);
  if (host.ends_with('/')) host.remove_suffix(1);
  if (host.empty() || host.find_first_of("/?#@ ") != std::string_view::npos)
    return "must be a scheme and a host only, such as https://tickets.example.org";
  return {};
}

refusal check_form(text_form form, std::string_view text) {
  switch (form) {
  case text_form::any: return {};
  case text_form::not_empty:
    if (text.empty()) return "must not be empty";
    return {};
  case text_form::host_port_or_empty:
    if (text.empty()) return {};
    [[fallthrough]];
  case text_form::host_port:
    if (!parse_host_port(text)) return "must be an address and a port, such as 127.0.0.1:8080 or [::1]:8080";
    return {};
  case text_form::http_url: return check_url(text);
  case text_form::mailbox: {
    const auto at = text.find('@');
    if (at == 0 || at == std::string_view::npos || at + 1 == text.size())
      return "must be a mailbox, such as Foyer <no-reply@example.org>";
    return {};
  }
  }
  return {};
}

std::string listed(std::span<const std::string_view> words) {
  std::string out;
  for (const auto word : words) out += (out.empty() ? "" : ", ") + std::string{word};
  return out;
}

/// Puts one value into the field that it belongs to; the overloads say which kinds of value a field takes.
struct assigner {
  settings& target;
  const typed_value& value;

  refusal operator()(const text_field& f) const {
    const auto* text = std::get_if<std::string>(&value);
    if (!text) return "must be a text in quotes";
    if (has_control_characters(*text)) return "must not contain control characters";
    if (auto wrong = check_form(f.form, *text)) return wrong;
    f.at(target) = *text;
    // Links are made by appending paths that begin with a slash.
    if (f.form == text_form::http_url && text->ends_with('/')) f.at(target).pop_back();
    return {};
  }

  refusal operator()(const integer_field& f) const {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (!number) return "must be a whole number";
    if (*number < f.min || *number > f.max)
      return "must be between " + std::to_string(f.min) + " and " + std::to_string(f.max);
    f.at(target) = *number;
    return {};
  }

  refusal operator()(const duration_field& f) const {
    const auto* text = std::get_if<std::string>(&value);
    const auto parsed = text ? parse_duration(*text) : std::nullopt;
    if (!parsed) return "must be a duration such as \"24h\", \"90s\", \"250ms\" or \"14d\"";
    if (*parsed < f.min || *parsed > f.max)
      return "must be between " + format_duration(f.min) + " and " + format_duration(f.max);
    f.at(target) = *parsed;
    return {};
  }

  refusal operator()(const boolean_field& f) const {
    const auto* flag = std::get_if<bool>(&value);
    if (!flag) return "must be true or false";
    f.at(target) = *flag;
    return {};
  }

  refusal operator()(const list_field& f) const {
    const auto* list = std::get_if<std::vector<std::string>>(&value);
    if (!list) return "must be a list of texts, such as [\"a\", \"b\"]";
    for (const auto& item : *list)
      if (item.empty() || has_control_characters(item))
        return "must not have empty items or control characters";
    f.at(target) = *list;
    return {};
  }

  refusal operator()(const choice_field& f) const {
    const auto* text = std::get_if<std::string>(&value);
    const auto found = text ? std::ranges::find(f.words, *text) : f.words.end();
    if (found == f.words.end()) return "must be one of " + listed(f.words);
    f.set(target, static_cast<std::size_t>(found - f.words.begin()));
    return {};
  }
};

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    auto item = text.substr(0, comma);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    out.emplace_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

} // namespace

refusal assign(settings& target, const field& key, const typed_value& value) {
  return std::visit(assigner{target, value}, key.kind);
}

refusal assign_text(settings& target, const field& key, std::string_view text) {
  typed_value value = std::string{text};
  if (std::holds_alternative<integer_field>(key.kind)) {
    if (const auto number = parse_integer(text)) value = *number;
  } else if (std::holds_alternative<boolean_field>(key.kind)) {
    if (const auto flag = parse_boolean(text)) value = *flag;
  } else if (std::holds_alternative<list_field>(key.kind)) {
    value = split_list(text);
  }
  return assign(target, key, value);
}

namespace {

// An IPv4 or IPv6 address, or a network of them: "10.0.0.0/8".
bool is_network(const std::string& text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto address = text.substr(0, slash);
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const bool v4 = inet_pton(AF_INET, address.c_str(), bytes.data()) == 1;
  if (!v4 && inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return false;
  if (slash == text.size()) return true;
  int bits = -1;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + slash + 1, end, bits);
  return parsed.ec == std::errc{} && parsed.ptr == end && bits >= 0 && bits <= (v4 ? 32 : 128);
}

} // namespace

std::vector<std::pair<std::string_view, std::string>> check_together(const settings& s) {
  std::vector<std::pair<std::string_view, std::string>> out;
  if (s.server.tls_certificate.empty() != s.server.tls_key.empty())
    out.emplace_back(s.server.tls_key.empty() ? "server.tls_certificate" : "server.tls_key",
                     "tls_certificate and tls_key belong together");
  const auto dkim_parts =
      int{!s.mail.dkim_domain.empty()} + int{!s.mail.dkim_selector.empty()} + int{!s.mail.dkim_key.empty()};
  if (dkim_parts != 0 && dkim_parts != 3)
    out.emplace_back("mail.dkim_domain", "dkim_domain, dkim_selector and dkim_key belong together");
  if (!s.mail.smtp_url.empty() && !s.mail.smtp_url.starts_with("smtp://") &&
      !s.mail.smtp_url.starts_with("smtps://"))
    out.emplace_back("mail.smtp_url", "must begin with smtp:// or smtps://");
  if (!s.database.url.empty() && !s.database.url.starts_with("postgresql://") &&
      !s.database.url.starts_with("postgres://") && s.database.url.find('=') == std::string::npos)
    out.emplace_back("database.url", "must be a PostgreSQL URL, such as postgresql://user@host/foyer");
  // The reminder has to come before the removal that it warns of.
  if (s.accounts.reminder_after >= s.accounts.unconfirmed_removed_after)
    out.emplace_back("accounts.reminder_after", "must be shorter than unconfirmed_removed_after");
  if (s.http.connections_per_address_max > s.http.connections_max)
    out.emplace_back("http.connections_per_address_max", "must not exceed connections_max");
  for (const auto& proxy : s.server.trusted_proxies)
    if (!is_network(proxy))
      out.emplace_back("server.trusted_proxies",
                       '"' + proxy + "\" is not an address or network, such as 10.0.0.0/8");
  for (const auto& host : s.server.allowed_hosts)
    if (host.empty() || host.find_first_of("/@ \t") != std::string::npos)
      out.emplace_back("server.allowed_hosts", '"' + host + "\" is not a host, such as tickets.example.org");
  return out;
}

} // namespace foyer::config
