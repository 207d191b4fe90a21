#include "http/staff/rejected_lines.hpp"

#include "actors/imports/csv.hpp"
#include "http/staff/import_json.hpp"

#include <algorithm>

namespace foyer::http::staff {
namespace {

char separator_of(const imports::state& of) {
  return of.what.separator.empty() ? ';' : of.what.separator.front();
}

} // namespace

std::string rejected_header(const imports::state& of, std::string_view locale) {
  const char separator = separator_of(of);
  std::string out = "\xEF\xBB\xBF";
  for (const auto& each : of.what.columns) {
    imports::append_cell(out, each.header, separator);
    out += separator;
  }
  out += locale == "fr" ? "Motif\r\n" : "Reason\r\n";
  return out;
}

void append_rejected(std::string& out, const imports::bad_line& line, const imports::state& of,
                     std::string_view locale) {
  const char separator = separator_of(of);
  imports::csv_reader reader{line.cells, separator};
  imports::record cells;
  reader.next(cells);
  cells.cells.resize(std::max(of.what.columns.size(), cells.cells.size()));
  for (const auto& each : cells.cells) {
    imports::append_cell(out, each, separator);
    out += separator;
  }
  imports::append_cell(out, words_of(line.problems, locale), separator);
  out += "\r\n";
}

} // namespace foyer::http::staff
