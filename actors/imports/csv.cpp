#include "actors/imports/csv.hpp"

#include <algorithm>
#include <array>

namespace foyer::imports {
namespace {

refusal unreadable(std::string code, std::string detail) {
  refusal why{errc::invalid, std::move(detail)};
  why.fields.push_back({"/file", std::move(code)});
  return why;
}

// Bytes of the UTF-8 sequence at the beginning; 0: none (RFC 3629, section 4).
std::size_t sequence_at(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto in = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const auto first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;
  if (first < 0xE0) return in(1, 0x80, 0xBF) ? 2 : 0;
  if (first < 0xF0) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first > 0xF4) return 0;
  const unsigned low = first == 0xF0 ? 0x90 : 0x80;
  const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
  return in(1, low, high) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF) ? 4 : 0;
}

bool is_utf_8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto size = sequence_at(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

// 0x80 to 0x9F of Windows-1252; 0: not assigned.
constexpr std::array<char16_t, 32> upper_controls{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

void append_utf_8(std::string& out, char16_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | point >> 6);
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | point >> 12);
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  }
}

outcome<decoded> from_windows_1252(std::string_view bytes) {
  decoded out{{}, encoding::windows_1252};
  out.text.reserve(bytes.size() + bytes.size() / 16);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const char16_t point = byte >= 0x80 && byte < 0xA0 ? upper_controls[byte - 0x80] : byte;
    if (byte != 0 && point == 0) return unreadable("encoding", "The file is neither UTF-8 nor Windows-1252.");
    append_utf_8(out.text, point);
  }
  return out;
}

constexpr std::string_view computed = "=+-@\t\r";

// "-12", "-12,50": nothing to compute.
bool is_negative_number(std::string_view text) noexcept {
  if (text.size() < 2 || text.front() != '-') return false;
  const auto mark = text.find_first_of(".,");
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  return digits(text.substr(1, mark == std::string_view::npos ? mark : mark - 1)) &&
         (mark == std::string_view::npos || digits(text.substr(mark + 1)));
}

void append_quoted(std::string& out, std::string_view text, char separator) {
  const std::array<char, 4> special{separator, '"', '\n', '\r'};
  if (text.find_first_of(std::string_view{special.data(), special.size()}) == std::string_view::npos &&
      text.find_first_of(",;\t") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

} // namespace

std::string_view to_string(encoding of) noexcept {
  return of == encoding::utf_8 ? "utf-8" : "windows-1252";
}

outcome<decoded> decode(std::string bytes) {
  const std::string_view view = bytes;
  if (view.starts_with("\xFF\xFE") || view.starts_with("\xFE\xFF"))
    return unreadable("utf_16", "The file is UTF-16. Save it as CSV in UTF-8.");
  if (view.starts_with("PK\x03\x04") || view.starts_with("\xD0\xCF\x11\xE0"))
    return unreadable("spreadsheet_file", "The file is a workbook. Save the sheet as CSV.");
  if (const auto nul = view.find('\0'); nul != std::string_view::npos) {
    // Latin letters in UTF-16 have a zero byte each.
    const auto start = view.substr(0, 1'024);
    const auto zeros = static_cast<std::size_t>(std::count(start.begin(), start.end(), '\0'));
    if (zeros * 3 > start.size()) return unreadable("utf_16", "The file is UTF-16. Save it as CSV in UTF-8.");
    return unreadable("binary", "The file holds zero bytes: it is no text.");
  }
  const bool marked = view.starts_with("\xEF\xBB\xBF");
  if (marked) bytes.erase(0, 3);
  if (std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == ' ' || c == '\r' || c == '\n'; }))
    return unreadable("empty", "The file is empty.");
  if (is_utf_8(bytes)) return decoded{std::move(bytes), encoding::utf_8};
  if (marked) return unreadable("encoding", "The file begins like UTF-8, but is not.");
  return from_windows_1252(bytes);
}

char find_separator(std::string_view& text) noexcept {
  if (text.size() > 5 && text.starts_with("sep=") && (text[5] == '\r' || text[5] == '\n')) {
    const char named = text[4];
    text.remove_prefix(text[5] == '\r' && text.size() > 6 && text[6] == '\n' ? 7 : 6);
    return named;
  }
  std::array<std::size_t, 3> counts{};
  constexpr std::array<char, 3> known{';', ',', '\t'};
  bool quoted = false;
  bool any = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == '\n' || c == '\r') && any) break;
    any = any || (c != '\n' && c != '\r');
    if (quoted) continue;
    for (std::size_t i = 0; i < known.size(); ++i) counts[i] += c == known[i] ? 1U : 0U;
  }
  return known[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin())];
}

bool record::blank() const noexcept {
  return std::all_of(cells.begin(), cells.end(), [](const std::string& cell) {
    return cell.find_first_not_of(" \t") == std::string::npos;
  });
}

// Behind the opening quote; stands behind the closing one afterwards.
bool csv_reader::read_quoted(std::string& cell) {
  while (at_ < text_.size()) {
    const auto quote = text_.find('"', at_);
    if (quote == std::string_view::npos) break;
    if (cell.size() + (quote - at_) > cell_max) return stop("cell_too_long");
    cell.append(text_.substr(at_, quote - at_));
    at_ = quote + 1;
    if (at_ >= text_.size() || text_[at_] != '"') return true;
    cell += '"';
    ++at_;
  }
  return stop("quote_not_closed");
}

bool csv_reader::next(record& into) {
  if (at_ >= text_.size() || !broken_.empty()) return false;
  into.line = ++line_;
  into.begin = at_;
  into.cells.clear();
  into.cells.emplace_back();
  std::size_t end = text_.size();
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == separator_) {
      if (into.cells.size() >= cells_max) return stop("too_many_columns");
      into.cells.emplace_back();
    } else if (c == '\n' || c == '\r') {
      end = at_ - 1;
      if (c == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
      break;
    } else if (c == '"' && into.cells.back().empty()) {
      if (!read_quoted(into.cells.back())) return false;
    } else {
      if (into.cells.back().size() >= cell_max) return stop("cell_too_long");
      into.cells.back() += c;
    }
  }
  into.raw = text_.substr(into.begin, end - into.begin);
  return true;
}

void append_cell(std::string& out, std::string_view text, char separator) {
  if (text.empty() || computed.find(text.front()) == std::string_view::npos || is_negative_number(text))
    return append_quoted(out, text, separator);
  append_quoted(out, '\'' + std::string{text}, separator);
}

void append_line(std::string& out, std::initializer_list<std::string> cells, char separator) {
  bool first = true;
  for (const auto& each : cells) {
    if (!first) out += separator;
    first = false;
    append_cell(out, each, separator);
  }
  out += "\r\n";
}

std::string_view without_apostrophe(std::string_view cell) noexcept {
  if (cell.size() > 1 && cell[0] == '\'' && computed.find(cell[1]) != std::string_view::npos)
    cell.remove_prefix(1);
  return cell;
}

} // namespace foyer::imports
