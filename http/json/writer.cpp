#include "http/json/writer.hpp"

#include "http/encoding.hpp"

#include <array>
#include <charconv>

namespace foyer::http::json {
namespace {

/// Printable ASCII but for the quote and the backslash needs no work.
constexpr bool is_plain(char c) noexcept {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

void append_digits(std::string& out, unsigned number, int width) {
  std::array<char, 10> digits{};
  for (int i = width - 1; i >= 0; --i, number /= 10) {
    digits[static_cast<std::size_t>(i)] = static_cast<char>('0' + number % 10);
  }
  out.append(digits.data(), static_cast<std::size_t>(width));
}

void append_date(std::string& out, const date& day) {
  append_digits(out, static_cast<unsigned>(static_cast<int>(day.year())), 4);
  out += '-';
  append_digits(out, static_cast<unsigned>(day.month()), 2);
  out += '-';
  append_digits(out, static_cast<unsigned>(day.day()), 2);
}

void append_time(std::string& out, time_point when) {
  using namespace std::chrono;
  const auto day = floor<days>(when);
  const auto since = static_cast<unsigned>(floor<milliseconds>(when - day).count());
  append_date(out, year_month_day(day));
  out += 'T';
  append_digits(out, since / 3'600'000, 2);
  out += ':';
  append_digits(out, since / 60'000 % 60, 2);
  out += ':';
  append_digits(out, since / 1'000 % 60, 2);
  out += '.';
  append_digits(out, since % 1'000, 3);
  out += 'Z';
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
  case '"': out += "\\\""; return;
  case '\\': out += "\\\\"; return;
  case '\n': out += "\\n"; return;
  case '\r': out += "\\r"; return;
  case '\t': out += "\\t"; return;
  default: break;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out += hex[byte >> 4U];
  out += hex[byte & 15U];
}

template <class Integer>
void append_integer(std::string& out, Integer number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

} // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && is_plain(text[end])) ++end;
    out.append(text.substr(at, end - at));
    if (end == text.size()) break;
    at = end;
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      append_escaped(out, text[at++]);
    } else if (const auto length = sequence_length(text.substr(at)); length > 0) {
      out.append(text.substr(at, length));
      at += length;
    } else {
      out += "\xEF\xBF\xBD"; // U+FFFD
      ++at;
    }
  }
  out += '"';
}

std::string to_rfc3339(time_point when) {
  std::string out;
  append_time(out, when);
  return out;
}

void writer::separate() {
  if (comma_) *out_ += ',';
  comma_ = true;
}

writer& writer::begin_object() {
  separate();
  *out_ += '{';
  comma_ = false;
  return *this;
}

writer& writer::end_object() {
  *out_ += '}';
  comma_ = true;
  return *this;
}

writer& writer::begin_array() {
  separate();
  *out_ += '[';
  comma_ = false;
  return *this;
}

writer& writer::end_array() {
  *out_ += ']';
  comma_ = true;
  return *this;
}

writer& writer::key(std::string_view name) {
  separate();
  append_quoted(*out_, name);
  *out_ += ':';
  comma_ = false;
  return *this;
}

writer& writer::value(std::string_view text) {
  separate();
  append_quoted(*out_, text);
  return *this;
}

writer& writer::value(bool truth) {
  return raw(truth ? "true" : "false");
}

writer& writer::value(time_point when) {
  separate();
  *out_ += '"';
  append_time(*out_, when);
  *out_ += '"';
  return *this;
}

writer& writer::value(const date& day) {
  separate();
  *out_ += '"';
  append_date(*out_, day);
  *out_ += '"';
  return *this;
}

writer& writer::value(const uuid& of) {
  separate();
  *out_ += '"';
  append_to(*out_, of);
  *out_ += '"';
  return *this;
}

writer& writer::value(const money& sum) {
  begin_object().key("amount").integer(sum.value);
  *out_ += ",\"currency\":\"";
  out_->append(sum.unit.code()).append("\"");
  return end_object();
}

writer& writer::null() {
  return raw("null");
}

writer& writer::raw(std::string_view json) {
  separate();
  out_->append(json.empty() ? std::string_view("null") : json);
  return *this;
}

writer& writer::integer(std::int64_t number) {
  separate();
  append_integer(*out_, number);
  return *this;
}

writer& writer::unsigned_integer(std::uint64_t number) {
  separate();
  append_integer(*out_, number);
  return *this;
}

} // namespace foyer::http::json
