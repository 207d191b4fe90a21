#pragma once

#include "actors/imports/lines.hpp"

#include <unordered_map>
#include <utility>

// The whole file: which lines are which household, and what is wrong with which. Pure.

namespace foyer::imports {

/// A table that can be read: its text and what its columns are.
struct table {
  std::string text;     // UTF-8
  std::size_t body = 0; // where the lines behind the header begin
  std::int64_t body_line = 2;
  char separator = ';';
  imports::encoding from = encoding::utf_8;
  std::vector<column> columns;
};
/// `names`: as a request says (named_columns), or empty. Refused (invalid): as decode() and named_columns();
/// field "/file" `quote_not_closed` and the like; "?columns" `missing_first_name`, `missing_last_name`.
outcome<table> open_table(std::string bytes, const std::vector<std::string>& names,
                          const organisation::settings& of);
/// A table that was checked, with the columns that it was checked by: the form may have changed since.
/// Refused (invalid): as open_table(); field "?columns" `differs` when it has more or fewer.
outcome<table> reopen_table(std::string bytes, std::vector<column> columns);

/// Lines of a file at most: five times what H10 asks for.
inline constexpr std::size_t lines_max = 500'000;

/// The lines of a table by household, in the order of their first lines.
class plan {
public:
  /// Refused (invalid, detail is the line) with the code of csv_reader::broken() or `too_many_lines`.
  static outcome<plan> of(const table& whole);

  [[nodiscard]] std::size_t units() const noexcept { return starts_.empty() ? 0 : starts_.size() - 1; }
  [[nodiscard]] std::size_t lines() const noexcept { return places_.size(); }
  /// The lines of one household, as they were typed.
  [[nodiscard]] std::vector<typed_line> read(const table& from, std::size_t unit, const rules& by) const;
  [[nodiscard]] std::vector<std::int64_t> numbers(std::size_t unit) const;
  /// Every line of one household: number and text.
  [[nodiscard]] std::vector<std::pair<std::int64_t, std::string>> raw_lines(const table& from,
                                                                            std::size_t unit) const;

private:
  struct place {
    std::size_t begin;
    std::int64_t line;
  };
  std::vector<place> places_;       // by household
  std::vector<std::size_t> starts_; // of each household in places_, and the end
};

/// Finds addresses and numbers that stand in the file twice; the first one keeps it.
class repeats {
public:
  explicit repeats(bool emails_too) : emails_too_(emails_too) {}
  /// Notes them in the household's first line.
  void look(const draft& of, typed_line& first, const std::vector<column>& columns);

private:
  bool emails_too_;
  std::unordered_map<std::string, std::int64_t> emails_;
  std::unordered_map<std::string, std::int64_t> numbers_;
};

/// That a client has the address (unless that is allowed) or the number already; nothing otherwise.
std::optional<problem> clash(const draft& of, const std::unordered_map<std::string, std::string>& by_email,
                             const std::unordered_map<std::string, std::string>& by_number,
                             bool duplicates_allowed, const std::vector<column>& columns);

/// Header of a field's column.
std::string header_of(field which, const std::vector<column>& columns);

} // namespace foyer::imports
