#include "mail/message/encoding.hpp"

#include <cstdint>

namespace foyer::mail {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";
constexpr std::size_t line_max = 76;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// How many bytes the first one announces; 0 for one that can't be first.
std::size_t announced(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

/// One line without its end.
void append_quoted_line(std::string& out, std::string_view line) {
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool last = i + 1 == line.size();
    const bool blank = c == ' ' || c == '\t';
    bool literal = (c >= '!' && c <= '~' && c != '=') || (blank && !last);
    if (column == 0 && (line.substr(i).starts_with("From ") || c == '.')) literal = false;
    const std::size_t width = literal ? 1 : 3;
    // One column stays free for the soft break, unless this ends the line.
    if (column + width > (last ? line_max : line_max - 1)) {
      out += "=\r\n";
      column = 0;
      if (c == '.' || line.substr(i).starts_with("From ")) literal = false;
    }
    if (literal)
      out += c;
    else
      append_hex(out, '=', c);
    column += literal ? 1 : 3;
  }
}

/// One encoded word "=?charset?X?payload?="; nullopt when it is none that we can read.
std::optional<std::string> decode_word(std::string_view word) {
  word = word.substr(2, word.size() - 4);
  const auto first = word.find('?');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = word.find('?', first + 1);
  if (second != first + 2) return std::nullopt;
  const auto payload = word.substr(second + 1);
  const char kind = word[first + 1];
  if (kind == 'B' || kind == 'b') return decode_base64(payload);
  if (kind != 'Q' && kind != 'q') return std::nullopt;
  std::string spaced(payload);
  for (char& c : spaced)
    if (c == '_') c = ' ';
  return decode_quoted_printable(spaced);
}

} // namespace

std::size_t character_length(std::string_view text, std::size_t at) {
  const auto length = announced(static_cast<unsigned char>(text[at]));
  if (length == 0 || at + length > text.size()) return 1;
  return valid_character(text.substr(at, length)) ? length : 1;
}

bool valid_character(std::string_view character) {
  if (character.empty()) return false;
  const auto first = static_cast<unsigned char>(character[0]);
  if (announced(first) != character.size()) return false;
  for (std::size_t i = 1; i < character.size(); ++i)
    if (!continuation(character[i])) return false;
  if (character.size() < 3) return true;
  const auto second = static_cast<unsigned char>(character[1]);
  if (first == 0xE0 && second < 0xA0) return false; // overlong
  if (first == 0xED && second > 0x9F) return false; // surrogate
  if (first == 0xF0 && second < 0x90) return false; // overlong
  return !(first == 0xF4 && second > 0x8F);         // beyond U+10FFFF
}

void append_hex(std::string& out, char mark, char byte) {
  const auto value = static_cast<unsigned char>(byte);
  out += mark;
  out += hex_digits[value >> 4];
  out += hex_digits[value & 15];
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    append_quoted_line(out, line);
    out += "\r\n";
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return out;
}

std::string decode_quoted_printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
      continue;
    }
    if (text.substr(i + 1).starts_with("\r\n")) {
      i += 2;
      continue;
    }
    if (text.substr(i + 1).starts_with("\n")) {
      i += 1;
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      out += '=';
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string decode_base64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) continue;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 0xFF);
    }
  }
  return out;
}

std::string decode_header(std::string_view value) {
  std::string unfolded;
  for (std::size_t i = 0; i < value.size(); ++i)
    if (value[i] != '\r' && value[i] != '\n') unfolded += value[i];

  std::string out;
  std::string_view rest = unfolded;
  bool after_word = false;
  while (!rest.empty()) {
    const auto begin = rest.find("=?");
    // The end is the first "?=" after the two question marks of charset and encoding.
    std::size_t end = std::string_view::npos;
    if (begin != std::string_view::npos) {
      const auto one = rest.find('?', begin + 2);
      const auto two = one == std::string_view::npos ? one : rest.find('?', one + 1);
      end = two == std::string_view::npos ? two : rest.find("?=", two + 1);
    }
    if (end == std::string_view::npos) return out += rest;
    const auto between = rest.substr(0, begin);
    // White space between two encoded words does not count (RFC 2047, section 6.2).
    const bool blank = between.find_first_not_of(" \t") == std::string_view::npos;
    if (!(after_word && blank)) out += between;
    const auto word = rest.substr(begin, end + 2 - begin);
    const auto decoded = decode_word(word);
    out += decoded ? *decoded : std::string(word);
    after_word = true;
    rest = rest.substr(end + 2);
  }
  return out;
}

} // namespace foyer::mail
