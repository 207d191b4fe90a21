#include "http/server/guard.hpp"

#include "http/encoding.hpp"

#include <algorithm>
#include <array>

namespace foyer::http {
namespace {

/// Characters of a target (RFC 3986), plus those that browsers leave as they are in a query.
constexpr std::array<std::uint8_t, 256> make_target_table() {
  std::array<std::uint8_t, 256> table{};
  for (std::size_t c = 0x21; c < 0x7F; ++c) table[c] = 2;
  for (const char c : std::string_view("\"#<>\\")) table[static_cast<unsigned char>(c)] = 0;
  for (const char c : std::string_view("^`{|}")) table[static_cast<unsigned char>(c)] = 1;
  return table;
}
constexpr auto target_table = make_target_table();
constexpr std::uint8_t in_query = 1;
constexpr std::uint8_t in_path = 2;

bool all_of(std::string_view text, std::uint8_t least) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [least](char c) { return target_table[static_cast<unsigned char>(c)] >= least; });
}

bool is_value_character(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Takes the line up to CRLF off the head. The scanner saw that every LF follows a CR; a CR anywhere else
/// fails as a control character.
std::string_view take_line(std::string_view& head) noexcept {
  const auto end = std::min(head.find("\r\n"), head.size());
  const auto line = head.substr(0, end);
  head.remove_prefix(std::min(end + 2, head.size()));
  return line;
}

framing refused(verdict result, const char* reason) noexcept {
  framing out;
  out.result = result;
  out.reason = reason;
  out.keep_alive = false;
  return out;
}

framing bad(const char* reason) noexcept {
  return refused(verdict::bad_request, reason);
}

/// name, or name and port; the name is what stands before the port.
std::optional<std::string_view> host_name(std::string_view host) noexcept {
  std::string_view name = host;
  std::string_view port;
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    name = host.substr(0, end + 1);
    port = host.substr(end + 1);
    const auto inner = host.substr(1, end - 1);
    if (inner.empty() || inner.find_first_not_of("0123456789abcdef:.") != std::string_view::npos)
      return std::nullopt;
  } else {
    const auto colon = host.find(':');
    if (colon != std::string_view::npos) {
      name = host.substr(0, colon);
      port = host.substr(colon);
    }
    if (name.empty() ||
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_") != std::string_view::npos) {
      return std::nullopt;
    }
  }
  if (port.empty()) return name;
  if (port[0] != ':' || port.size() < 2 || port.size() > 6) return std::nullopt;
  if (!std::all_of(port.begin() + 1, port.end(), is_digit)) return std::nullopt;
  return name;
}

bool is_loopback(std::string_view name) noexcept {
  if (name == "localhost" || name == "[::1]") return true;
  return name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// Collects what the fields say about framing; every field goes through take().
class field_reader {
public:
  field_reader(request& into, const guard_limits& limits, bool http_1_0) noexcept
      : into_(into), limits_(limits), http_1_0_(http_1_0) {
    result_.result = verdict::ok;
    result_.keep_alive = !http_1_0;
    result_.http_1_0 = http_1_0;
  }

  /// False when refused.
  bool take(std::string_view line) {
    if (into_.fields.size() == limits_.fields_max) return refuse(verdict::too_many_fields, "too many fields");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return refuse("a field without name");
    const auto name = line.substr(0, colon);
    // This also refuses folded fields and spaces before the colon.
    if (!std::all_of(name.begin(), name.end(), is_token_character)) return refuse("a bad field name");
    const auto raw = line.substr(colon + 1);
    if (!std::all_of(raw.begin(), raw.end(), is_value_character))
      return refuse("a control character in a field");
    auto value = raw;
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    value = value.substr(0, value.find_last_not_of(" \t") + 1);
    into_.fields.push_back({name, value});
    return take_known(name, value, raw);
  }

  framing finish() {
    if (result_.result != verdict::ok) return result_;
    if (hosts_ != 1) return bad("not exactly one Host");
    if (chunked_ && lengths_ > 0) return bad("Transfer-Encoding and Content-Length");
    if (chunked_ && http_1_0_) return bad("Transfer-Encoding in HTTP/1.0");
    return result_;
  }

private:
  bool refuse(verdict result, const char* reason) noexcept {
    result_ = refused(result, reason);
    return false;
  }
  bool refuse(const char* reason) noexcept { return refuse(verdict::bad_request, reason); }

  bool take_known(std::string_view name, std::string_view value, std::string_view raw) {
    switch (name.size()) {
    case 4: return !equal_ignoring_case(name, "host") || take_host(value);
    case 6: return !equal_ignoring_case(name, "expect") || take_expect(value);
    case 10:
      if (equal_ignoring_case(name, "connection")) take_connection(value);
      return true;
    case 14:
      if (equal_ignoring_case(name, "content-length")) return take_length(value, raw);
      // Some front ends read '_' as '-', and would frame by this field where we do not.
      return !equal_ignoring_case(name, "content_length") || refuse("Content_Length");
    case 17:
      if (equal_ignoring_case(name, "transfer-encoding")) return take_encoding(value, raw);
      return !equal_ignoring_case(name, "transfer_encoding") || refuse("Transfer_Encoding");
    default: return true;
    }
  }

  bool take_host(std::string_view value) {
    if (++hosts_ > 1) return refuse("several Host");
    const auto offset = static_cast<std::size_t>(value.data() - into_.head_bytes.data());
    for (std::size_t i = 0; i < value.size(); ++i) {
      into_.head_bytes[offset + i] = ascii_lower(into_.head_bytes[offset + i]);
    }
    into_.host = value;
    const auto name = host_name(value);
    if (!name) return refuse("a bad Host");
    if (limits_.any_host || is_loopback(*name)) return true;
    const auto& allowed = limits_.allowed_hosts;
    return std::find(allowed.begin(), allowed.end(), *name) != allowed.end() ||
           refuse(verdict::host_refused, "not a host of ours");
  }

  bool take_expect(std::string_view value) {
    if (!equal_ignoring_case(value, "100-continue")) return refuse(verdict::unknown_expectation, "Expect");
    result_.expect_continue = !http_1_0_;
    return true;
  }

  void take_connection(std::string_view value) noexcept {
    while (!value.empty()) {
      const auto end = std::min(value.find(','), value.size());
      auto word = value.substr(0, end);
      value.remove_prefix(std::min(end + 1, value.size()));
      word.remove_prefix(std::min(word.find_first_not_of(" \t"), word.size()));
      word = word.substr(0, word.find_last_not_of(" \t") + 1);
      if (equal_ignoring_case(word, "close")) result_.keep_alive = false;
    }
  }

  /// Padding other than one space before the value is where readers begin to differ.
  static bool is_padded(std::string_view value, std::string_view raw) noexcept {
    return raw.size() > value.size() + 1 || (raw.size() == value.size() + 1 && raw[0] != ' ');
  }

  bool take_length(std::string_view value, std::string_view raw) {
    constexpr std::size_t digits_max = 18; // fits 64 bits
    if (++lengths_ > 1) return refuse("several Content-Length");
    if (value.empty() || value.size() > digits_max || is_padded(value, raw))
      return refuse("a bad Content-Length");
    if (!std::all_of(value.begin(), value.end(), is_digit)) return refuse("a bad Content-Length");
    if (value.size() > 1 && value[0] == '0') return refuse("a Content-Length with leading zeros");
    for (const char c : value)
      result_.content_length = result_.content_length * 10 + static_cast<unsigned>(c - '0');
    return true;
  }

  bool take_encoding(std::string_view value, std::string_view raw) {
    if (chunked_) return refuse("several Transfer-Encoding");
    if (!equal_ignoring_case(value, "chunked") || is_padded(value, raw))
      return refuse("a bad Transfer-Encoding");
    chunked_ = result_.chunked = true;
    return true;
  }

  request& into_;
  const guard_limits& limits_;
  bool http_1_0_;
  bool chunked_ = false;
  int hosts_ = 0;
  int lengths_ = 0;
  framing result_;
};

/// Sets path and decodes it; nullptr, or what is wrong with it.
const char* take_path(request& into, std::string_view path) {
  if (!all_of(path, in_path)) return "a bad character in the path";
  into.path = path;
  if (path.find('%') != std::string_view::npos) {
    into.decoded_path.clear();
    // A decoded '/' would make another path of it for us than for a proxy.
    for (std::size_t i = path.find('%'); i != std::string_view::npos; i = path.find('%', i + 1)) {
      const auto code = path.substr(i, 3);
      if (equal_ignoring_case(code, "%2f") || equal_ignoring_case(code, "%5c")) return "an encoded slash";
    }
    if (!append_percent_decoded(into.decoded_path, path, false)) return "bad percent-encoding";
    if (!is_utf8(into.decoded_path)) return "a path that is not UTF-8";
    if (has_control(into.decoded_path)) return "an encoded control character";
    into.path = into.decoded_path;
  }
  for (std::size_t at = into.path.find("/."); at != std::string_view::npos;
       at = into.path.find("/.", at + 1)) {
    const auto rest = into.path.substr(at);
    if (rest == "/." || rest == "/.." || rest.starts_with("/./") || rest.starts_with("/../"))
      return "a dot segment";
  }
  return nullptr;
}

const char* check_query(std::string_view query) {
  if (!all_of(query, in_query)) return "a bad character in the query";
  if (query.find('%') == std::string_view::npos) return nullptr;
  std::string decoded;
  if (!append_percent_decoded(decoded, query, true)) return "bad percent-encoding";
  if (decoded.find('\0') != std::string::npos || !is_utf8(decoded)) return "a query that is not text";
  return nullptr;
}

/// The authority of an absolute target, whose path then replaces the target's; it must be the Host's.
struct target_parts {
  std::string_view authority;
  std::string_view path;
  std::string_view query;
};

std::optional<target_parts> split_target(std::string_view target) noexcept {
  target_parts out;
  if (!target.starts_with('/')) {
    std::string_view rest;
    for (const std::string_view scheme : {"http://", "https://"}) {
      if (target.size() > scheme.size() && equal_ignoring_case(target.substr(0, scheme.size()), scheme)) {
        rest = target.substr(scheme.size());
      }
    }
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    if (end == 0) return std::nullopt;
    out.authority = rest.substr(0, end);
    target = rest.substr(end);
  }
  const auto question = std::min(target.find('?'), target.size());
  out.path = target.substr(0, question);
  if (out.path.empty()) out.path = "/";
  if (question < target.size()) out.query = target.substr(question + 1);
  return out;
}

/// Method, target and version; `ok` with http_1_0 set, or why not.
framing read_request_line(request& into, std::string_view line, const guard_limits& limits, bool& http_1_0) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || first == 0) return bad("a bad request line");
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!std::all_of(method.begin(), method.end(), is_token_character)) return bad("a bad method");
  const bool is_version = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                          version[6] == '.' && is_digit(version[7]);
  if (!is_version || target.empty()) return bad("a bad request line");
  if (version[5] != '1' || version[7] > '1') return refused(verdict::unknown_version, "version");
  http_1_0 = version[7] == '0';
  if (target.size() > limits.target_max) return refused(verdict::target_too_long, "target");
  if (!all_of(target, in_query)) return bad("a bad character in the target");
  const auto known = verb_of(method);
  if (!known) return refused(verdict::unknown_method, "method");
  into.method = *known;
  into.target = target;
  framing out;
  out.result = verdict::ok;
  return out;
}

} // namespace

head_scan scan_head(std::string_view bytes, std::size_t from) noexcept {
  for (std::size_t at = bytes.find('\n', from); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return {head_scan::bare_line_feed, at + 1};
    if (at == 1) return {head_scan::bare_line_feed, at + 1}; // an empty line in place of a request line
    if (at >= 3 && bytes[at - 2] == '\n') return {head_scan::complete, at + 1};
  }
  return {head_scan::incomplete, bytes.size()};
}

framing read_head(request& into, const guard_limits& limits) {
  std::string_view head = into.head_bytes;
  into.fields.clear();
  bool http_1_0 = false;
  if (auto first = read_request_line(into, take_line(head), limits, http_1_0); first.result != verdict::ok) {
    return first;
  }
  field_reader fields(into, limits, http_1_0);
  for (auto line = take_line(head); !line.empty(); line = take_line(head)) {
    if (!fields.take(line)) break;
  }
  auto out = fields.finish();
  if (out.result != verdict::ok) return out;
  if (!head.empty()) return bad("bytes behind the head");

  if (into.target == "*") {
    if (into.method != verb::options) return bad("a bad target");
    into.path = into.target;
    into.raw_query = {};
    return out;
  }
  const auto parts = split_target(into.target);
  if (!parts) return bad("a bad target");
  if (!parts->authority.empty() && !equal_ignoring_case(parts->authority, into.host)) {
    return bad("the target names another host than Host");
  }
  into.raw_query = parts->query;
  if (const char* reason = take_path(into, parts->path)) return bad(reason);
  if (const char* reason = check_query(into.raw_query)) return bad(reason);
  return out;
}

std::unique_ptr<request> make_request(std::string_view head, std::string body) {
  auto out = std::make_unique<request>();
  out->head_bytes = head;
  if (out->head_bytes.find("\r\nHost:") == std::string::npos) out->head_bytes += "Host: localhost\r\n";
  out->head_bytes += "\r\n";
  out->body = std::move(body);
  out->remote_address = "127.0.0.1";
  out->request_id = "test";
  guard_limits limits;
  if (read_head(*out, limits).result != verdict::ok) return nullptr;
  return out;
}

} // namespace foyer::http
