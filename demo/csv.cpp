#include "demo/csv.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace foyer::demo {

/// Made of demo/data by foyer_embed.
std::vector<std::pair<std::string_view, std::string_view>> data_files();

namespace {

// One record; `from` moves behind its line end.
std::vector<std::string> read_record(std::string_view& from) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  std::size_t i = 0;
  for (; i < from.size(); ++i) {
    const char c = from[i];
    if (quoted) {
      if (c != '"')
        cells.back() += c;
      else if (i + 1 < from.size() && from[i + 1] == '"')
        cells.back() += from[++i];
      else
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      cells.emplace_back();
    } else if (c == '\n') {
      ++i;
      break;
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  from.remove_prefix(i);
  return cells;
}

} // namespace

table::table(std::string_view name, std::string_view text) : name_(name) {
  columns_ = read_record(text);
  while (!text.empty()) {
    auto cells = read_record(text);
    if (cells.size() != columns_.size())
      throw std::logic_error{name_ + ", line " + std::to_string(cells_.size() + 2) + ": " +
                             std::to_string(columns_.size()) + " cells expected"};
    cells_.push_back(std::move(cells));
  }
}

std::size_t table::index_of(std::string_view column) const {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  if (found == columns_.end()) throw std::logic_error{name_ + " has no column " + std::string{column}};
  return static_cast<std::size_t>(found - columns_.begin());
}

table::row table::find(std::string_view column, std::string_view text) const {
  const auto index = index_of(column);
  for (std::size_t i = 0; i < cells_.size(); ++i)
    if (cells_[i][index] == text) return at(i);
  throw std::logic_error{name_ + " has no " + std::string{column} + " " + std::string{text}};
}

const std::string& table::row::text(std::string_view column) const {
  return of_.cells_[line_][of_.index_of(column)];
}

void table::row::wrong(std::string_view column) const {
  throw std::logic_error{of_.name_ + ", line " + std::to_string(line_ + 2) + ": " + std::string{column} +
                         " is \"" + text(column) + "\""};
}

std::optional<std::int64_t> table::row::maybe_number(std::string_view column) const {
  const auto& cell = text(column);
  if (cell.empty()) return std::nullopt;
  std::int64_t value = 0;
  const auto* const end = cell.data() + cell.size();
  if (const auto read = std::from_chars(cell.data(), end, value); read.ec != std::errc{} || read.ptr != end)
    wrong(column);
  return value;
}

std::int64_t table::row::number(std::string_view column) const {
  const auto value = maybe_number(column);
  if (!value) wrong(column);
  return *value;
}

bool table::row::flag(std::string_view column) const {
  const auto& cell = text(column);
  if (cell != "yes" && cell != "no") wrong(column);
  return cell == "yes";
}

std::vector<std::string> table::row::list(std::string_view column) const {
  std::vector<std::string> parts;
  std::string_view rest = text(column);
  while (!rest.empty()) {
    const auto bar = rest.find('|');
    parts.emplace_back(rest.substr(0, bar));
    rest.remove_prefix(bar == std::string_view::npos ? rest.size() : bar + 1);
  }
  return parts;
}

table read_table(std::string_view name) {
  const auto file = std::string{name} + ".csv";
  for (const auto& [base, text] : data_files())
    if (base == file) return {file, text};
  throw std::logic_error{"there is no data file " + file};
}

} // namespace foyer::demo
