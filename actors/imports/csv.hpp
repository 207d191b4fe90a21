#pragma once

#include "actors/vocabulary/outcome.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

// Tables as spreadsheet programs write them. Pure.

namespace foyer::imports {

enum class encoding { utf_8, windows_1252 };
std::string_view to_string(encoding of) noexcept;

struct decoded {
  std::string text; // UTF-8 without byte order mark
  imports::encoding from = encoding::utf_8;
};
/// What is no valid UTF-8 is taken for Windows-1252. Refused (invalid) with the code of `errors`: `empty`,
/// `utf_16`, `spreadsheet_file` (a workbook instead of CSV), `binary`, `encoding`.
outcome<decoded> decode(std::string bytes);

/// The most frequent of comma, semicolon and tab in the first line, or what a line "sep=;" above it says;
/// that line is then taken off `text`.
char find_separator(std::string_view& text) noexcept;

/// One line of a table. It may go over several lines of the file: a quoted cell keeps its line ends.
struct record {
  std::int64_t line = 0; // as the spreadsheet counts, from 1
  std::size_t begin = 0; // in the text
  std::string_view raw;  // without its line end
  std::vector<std::string> cells;

  [[nodiscard]] bool blank() const noexcept;
};

/// Reads records (RFC 4180, and what programs make of it: quotes inside a cell that does not begin with one
/// stand for themselves, lines may end in CR, LF or both).
class csv_reader {
public:
  /// Bytes of a cell, and cells of a line: beyond them it is no table of clients.
  static constexpr std::size_t cell_max = 16 * 1024;
  static constexpr std::size_t cells_max = 256;

  csv_reader(std::string_view text, char separator) : text_(text), separator_(separator) {}

  /// False at the end, or where the text can't be read on: see broken(). The record's memory is used again.
  bool next(record& into);
  /// Empty, or `quote_not_closed`, `cell_too_long`, `too_many_columns`; then the line in line().
  [[nodiscard]] std::string_view broken() const noexcept { return broken_; }
  [[nodiscard]] std::int64_t line() const noexcept { return line_; }
  /// Reads on from a record that was read before.
  void go_to(std::size_t begin, std::int64_t line) noexcept {
    at_ = begin;
    line_ = line - 1;
  }

private:
  bool read_quoted(std::string& cell);
  bool stop(std::string_view why) noexcept {
    broken_ = why;
    return false;
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::int64_t line_ = 0;
  std::string_view broken_;
};

/// Appends a cell: quoted where it must be; what a spreadsheet would compute (it begins with = + - @, tab or
/// CR) has an apostrophe before it. A negative number stays one.
void append_cell(std::string& out, std::string_view text, char separator);
/// Appends a whole line of such cells.
void append_line(std::string& out, std::initializer_list<std::string> cells, char separator = ';');
/// Without the apostrophe of append_cell.
std::string_view without_apostrophe(std::string_view cell) noexcept;

} // namespace foyer::imports
