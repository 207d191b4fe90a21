#include "http/document_file.hpp"

#include "actors/runtime/ask.hpp"
#include "http/encoding.hpp"

#include <stdexcept>

namespace foyer::http {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> send_parts(client_services& with, organisation_id at, uuid document, std::int64_t size,
                                 body_stream& to) {
  for (int position = 0; size > 0; ++position) {
    auto part = co_await runtime::await_reply<std::string>(
        [&](reply<std::string> back) { with.files.read_part(at, document, position, std::move(back)); });
    // The head is out: a body that does not end is all that can still be said.
    if (!part || part->empty()) throw std::runtime_error("a part of a document can't be read");
    const bool on = co_await to.write(*part);
    if (!on) co_return;
    size -= static_cast<std::int64_t>(part->size());
  }
}

// Everything but letters, digits and a few marks.
bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}

} // namespace

std::optional<std::string_view> sniffed_type(std::string_view bytes) noexcept {
  using namespace std::string_view_literals;
  if (bytes.starts_with("%PDF-"sv)) return "application/pdf";
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return "image/png";
  if (bytes.starts_with("\xff\xd8\xff"sv)) return "image/jpeg";
  return std::nullopt;
}

std::string attachment_named(std::string_view name) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string plain;
  std::string encoded;
  for (const char c : name) {
    plain += is_plain(c) ? c : '_';
    if (is_plain(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4U];
    encoded += digits[byte & 15U];
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
}

response document_answer(client_services& with, const document_row& of) {
  response out(200, of.media_type, {});
  out.stream = [&with, at = of.organisation, id = of.id, size = of.size](body_stream& to) {
    return send_parts(with, at, id, size, to);
  };
  out.header("Content-Disposition", attachment_named(of.name));
  out.header("Content-Security-Policy", "default-src 'none'; sandbox");
  out.header("X-Content-Type-Options", "nosniff");
  return out;
}

} // namespace foyer::http
