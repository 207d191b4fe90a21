#include "mail/message/header.hpp"

#include "mail/message/encoding.hpp"

#include <algorithm>

namespace foyer::mail {
namespace {

constexpr std::size_t line_max = 76;
// RFC 2047, section 2: an encoded word has at most 75 characters; 12 of them are "=?UTF-8?Q?" and "?=".
constexpr std::size_t word_payload_max = 75 - 12;

bool plain(std::string_view text) {
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  return ascii && text.find("=?") == std::string_view::npos;
}

/// Characters that RFC 2047, section 5 (3) lets stand inside an encoded word of a phrase.
bool word_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!*+-/").find(c) != std::string_view::npos;
}

std::string q_encoded(std::string_view character) {
  std::string out;
  for (char c : character) {
    if (c == ' ')
      out += '_';
    else if (word_safe(c))
      out += c;
    else
      append_hex(out, '=', c);
  }
  return out;
}

/// Appends encoded words, never splitting a character; `column` is where the line stands.
void append_encoded(std::string& out, std::string_view text, std::size_t& column) {
  std::string payload;
  auto flush = [&] {
    if (payload.empty()) return;
    out += "=?UTF-8?Q?" + payload + "?=";
    column += payload.size() + 12;
    payload.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto length = character_length(text, at);
    const auto encoded = q_encoded(text.substr(at, length));
    at += length;
    const bool word_full = payload.size() + encoded.size() > word_payload_max;
    const bool line_full = column + 12 + payload.size() + encoded.size() > line_max;
    if (word_full || line_full) {
      flush();
      out += "\r\n ";
      column = 1;
    }
    payload += encoded;
  }
  flush();
}

/// Appends plain text, folded before words that do not fit. A word longer than a line stays whole (RFC 5322
/// allows 998 characters).
void append_folded(std::string& out, std::string_view text, std::size_t& column) {
  bool first = true;
  while (!text.empty()) {
    const auto space = text.find(' ');
    const auto word = text.substr(0, space);
    if (!first) {
      const bool fits = column + 1 + word.size() <= line_max;
      out += fits ? " " : "\r\n ";
      column = fits ? column + 1 : 1;
    }
    out += word;
    column += word.size();
    first = false;
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
  }
}

/// A plain word of this length could not be folded into lines that every server takes.
bool overlong_word(std::string_view text) {
  constexpr std::size_t word_max = 500;
  std::size_t run = 0;
  for (char c : text) {
    run = c == ' ' ? 0 : run + 1;
    if (run > word_max) return true;
  }
  return false;
}

} // namespace

void append_text_header(std::string& out, std::string_view name, std::string_view value) {
  const auto clean = one_line(value);
  out += name;
  out += ": ";
  std::size_t column = name.size() + 2;
  if (plain(clean) && !overlong_word(clean))
    append_folded(out, clean, column);
  else
    append_encoded(out, clean, column);
  out += "\r\n";
}

void append_mailbox_header(std::string& out, std::string_view name, const mailbox_name& who) {
  out += name;
  out += ": ";
  std::size_t column = name.size() + 2;
  const auto display = one_line(who.name);
  if (!display.empty()) {
    if (plain(display) && !overlong_word(display)) {
      std::string quoted = "\"";
      for (char c : display) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
      }
      quoted += '"';
      append_folded(out, quoted, column);
    } else {
      append_encoded(out, display, column);
    }
    const bool fits = column + 3 + who.address.size() <= line_max;
    out += fits ? " " : "\r\n ";
  }
  out += '<';
  out += who.address;
  out += ">\r\n";
}

void append_raw_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  for (char c : value) out += c >= ' ' && c <= '~' ? c : '?';
  out += "\r\n";
}

std::string one_line(std::string_view text) {
  std::string out;
  bool space = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = character_length(text, at);
    const auto character = text.substr(at, length);
    at += length;
    const auto first = static_cast<unsigned char>(character[0]);
    // C0, DEL and C1 controls, and the two line separators that some readers break lines at.
    const bool c1 = length == 2 && first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
    const bool separator = character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9";
    if (first <= ' ' || first == 0x7F || c1 || separator) {
      space = true;
      continue;
    }
    if (space && !out.empty()) out += ' ';
    space = false;
    if (valid_character(character))
      out += character;
    else
      out += "\xEF\xBF\xBD";
  }
  return out;
}

} // namespace foyer::mail
