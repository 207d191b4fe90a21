#include "http/json/reader.hpp"
#include "http/server/chunk_decoder.hpp"
#include "http/server/forwarded.hpp"
#include "http/server/guard.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>

namespace foyer::fuzz {
namespace {

const std::vector<std::string> hosts{"shop.example", "127.0.0.1"};
constexpr std::size_t body_max = 4'096;

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// The whole body, fed in pieces of this size; what is left of the input goes to `rest`.
http::chunk_decoder::progress decode(std::string_view bytes, std::size_t piece, std::string& body,
                                     std::string& rest) {
  http::chunk_decoder decoder{body_max};
  auto state = http::chunk_decoder::progress::more;
  while (!bytes.empty() && state == http::chunk_decoder::progress::more) {
    auto part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    state = decoder.feed(part, body);
    rest = std::string{part} + std::string{bytes};
  }
  return state;
}

} // namespace

void read_http_head(std::string_view bytes) {
  const auto scanned = http::scan_head(bytes, 0);
  if (scanned.state != http::head_scan::complete) return;
  require(scanned.end <= bytes.size(), "a head ends behind its bytes");
  // Found byte by byte, it is the same head.
  http::head_scan slowly;
  for (std::size_t size = 1; size <= bytes.size() && slowly.state == http::head_scan::incomplete; ++size)
    slowly = http::scan_head(bytes.substr(0, size), slowly.end);
  require(slowly.state == http::head_scan::complete && slowly.end == scanned.end,
          "a head ends elsewhere in pieces");
  http::request into;
  into.head_bytes = std::string{bytes.substr(0, scanned.end)};
  http::guard_limits limits;
  limits.allowed_hosts = hosts;
  const auto framed = http::read_head(into, limits);
  if (framed.result != http::verdict::ok) return;
  require(!(framed.chunked && framed.content_length != 0), "a body is framed in two ways");
  const bool asterisk = into.path == "*" && into.method == http::verb::options;
  require((into.path.starts_with('/') || asterisk) && !has_control(into.path), "a path that is none");
  require(into.fields.size() <= limits.fields_max && into.target.size() <= limits.target_max,
          "a limit is passed");
  require(into.count("host") == 1 && into.count("content-length") <= 1 &&
              into.count("transfer-encoding") <= 1,
          "a field that frames occurs twice");
  for (const auto& each : into.fields)
    require(!each.name.empty() && !has_control(each.name) &&
                each.value.find_first_of("\r\n") == std::string_view::npos,
            "a field with line ends");
  for (const auto& [name, value] : into.query_pairs()) static_cast<void>(into.query(name));
  static_cast<void>(into.cookie("foyer"));
  static_cast<void>(into.bearer());
}

void read_chunks(std::string_view bytes) {
  std::string whole;
  std::string rest;
  const auto at_once = decode(bytes, bytes.size() + 1, whole, rest);
  require(whole.size() <= body_max, "a body beyond its limit");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}}) {
    std::string body;
    std::string left;
    const auto in_pieces = decode(bytes, piece, body, left);
    require(in_pieces == at_once, "pieces are read as something else");
    if (at_once == http::chunk_decoder::progress::done)
      require(body == whole && left == rest, "pieces make another body");
  }
}

void read_json(std::string_view bytes) {
  http::json::reader form{bytes};
  const auto sum = form->optional_money("amount", http::json::positive_amounts);
  if (sum) require(sum->value > 0 && sum->value <= largest_amount, "an amount out of its range");
  const auto text = form->optional_text("text", {.max = 20});
  if (text) require(text->size() <= 80 && !has_control(*text), "a text out of its length");
  const auto number = form->optional_integer("number", {-5, 5});
  if (number) require(*number >= -5 && *number <= 5, "a number out of its range");
  static_cast<void>(form->optional_time("at"));
  static_cast<void>(form->optional_date("day"));
  static_cast<void>(form->optional_uuid("id"));
  static_cast<void>(form->raw("raw"));
  static_cast<void>(form->text_map("answers", {}, {.max = 20}));
  for (const auto& line : form->objects("lines", {0, 3})) {
    static_cast<void>(line.optional_integer("quantity", {1, 9}));
    for (const auto& each : line.texts("tags", {0, 3}, {.max = 5}))
      require(each.size() <= 20, "a tag out of its length");
  }
  if (const auto bad = form.finish())
    require(bad->status == 400 || bad->status == 422, "a body is refused as something else");
  static_cast<void>(http::json::parse_time(bytes));
  static_cast<void>(http::json::parse_date(bytes));
  static_cast<void>(http::json::parse_integer(bytes));
}

void read_forwarded(std::string_view bytes) {
  static const http::trusted_proxies proxies{{"10.0.0.0/8", "2001:db8::/32"}};
  std::string value{bytes.substr(0, 2'000)};
  std::replace_if(
      value.begin(), value.end(),
      [](char c) {
        return has_control({&c, 1});
      },
      ' ');
  const auto of = http::make_request("GET / HTTP/1.1\r\nX-Forwarded-For: " + value +
                                     "\r\nX-Forwarded-Proto: " + value + "\r\n");
  if (!of) return;
  const auto client = proxies.client_of(*of, boost::asio::ip::make_address("10.0.0.1"));
  boost::system::error_code failed;
  static_cast<void>(boost::asio::ip::make_address(client.address, failed));
  require(!failed, "a client's address is none");
  // Networks are an operator's, and bad ones are told by an exception.
  try {
    static_cast<void>(http::trusted_proxies{{std::string{bytes}}}.empty());
  } catch (const std::runtime_error&) { // as it should
  }
}

} // namespace foyer::fuzz
