#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::demo {

/// A CSV text (RFC 4180, UTF-8, a first line of names) of the demonstration's data files. They are compiled
/// into the program, so a mistake in one is a mistake of ours: std::logic_error names the file, the line and
/// the column.
class table {
public:
  table(std::string_view name, std::string_view text);

  class row {
  public:
    row(const table& of, std::size_t line) : of_(of), line_(line) {}
    [[nodiscard]] const std::string& text(std::string_view column) const;
    /// Whole numbers; `maybe_number`: none when the cell is empty.
    [[nodiscard]] std::int64_t number(std::string_view column) const;
    [[nodiscard]] std::optional<std::int64_t> maybe_number(std::string_view column) const;
    /// "yes" or "no".
    [[nodiscard]] bool flag(std::string_view column) const;
    /// Parts between '|'; none of an empty cell.
    [[nodiscard]] std::vector<std::string> list(std::string_view column) const;
    /// A mistake in this cell.
    [[noreturn]] void wrong(std::string_view column) const;

  private:
    const table& of_;
    std::size_t line_;
  };

  [[nodiscard]] std::size_t size() const noexcept { return cells_.size(); }
  [[nodiscard]] row at(std::size_t line) const { return {*this, line}; }
  /// The row whose column has this text.
  [[nodiscard]] row find(std::string_view column, std::string_view text) const;

private:
  [[nodiscard]] std::size_t index_of(std::string_view column) const;

  std::string name_;
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> cells_;
};

/// The file demo/data/NAME.csv.
table read_table(std::string_view name);

} // namespace foyer::demo
