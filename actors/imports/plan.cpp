#include "actors/imports/plan.hpp"

#include <algorithm>

namespace foyer::imports {
namespace {

refusal wrong(std::string field, std::string code, std::string detail) {
  refusal why{errc::invalid, std::move(detail)};
  why.fields.push_back({std::move(field), std::move(code)});
  return why;
}

refusal broken_at(std::string_view code, std::int64_t line) {
  return wrong("/file", std::string{code}, std::to_string(line));
}

} // namespace

std::string header_of(field which, const std::vector<column>& columns) {
  for (const auto& each : columns)
    if (each.as == which) return each.header;
  return {};
}

namespace {

// Everything but the columns; `header` gets what they are called.
outcome<table> open_text(std::string bytes, record& header) {
  auto text = decode(std::move(bytes));
  if (!text) return text.error();
  table out;
  out.text = std::move(text->text);
  out.from = text->from;
  std::string_view view = out.text;
  out.separator = find_separator(view);
  out.text.erase(0, out.text.size() - view.size());
  csv_reader reader{out.text, out.separator};
  while (reader.next(header) && header.blank()) {
  }
  if (!reader.broken().empty()) return broken_at(reader.broken(), reader.line());
  if (header.blank()) return wrong("/file", "empty", "The file is empty.");
  // Empty cells at its end come from columns that were cleared.
  while (!header.cells.empty() && header.cells.back().empty()) header.cells.pop_back();
  out.body_line = header.line + 1;
  out.body = header.begin + header.raw.size();
  if (out.body < out.text.size() && out.text[out.body] == '\r') ++out.body;
  if (out.body < out.text.size() && out.text[out.body] == '\n') ++out.body;
  return out;
}

} // namespace

outcome<table> open_table(std::string bytes, const std::vector<std::string>& names,
                          const organisation::settings& of) {
  record header;
  auto out = open_text(std::move(bytes), header);
  if (!out) return out.error();
  if (names.empty()) {
    out->columns = match_columns(header.cells, of);
  } else {
    auto named = named_columns(header.cells, names, of);
    if (!named) return named.error();
    out->columns = std::move(*named);
  }
  if (const auto none = missing_column(out->columns))
    return wrong("?columns", "missing_" + std::string{to_string(*none)},
                 "No column is the " + std::string{to_string(*none)} + ".");
  return out;
}

outcome<table> reopen_table(std::string bytes, std::vector<column> columns) {
  record header;
  auto out = open_text(std::move(bytes), header);
  if (!out) return out.error();
  if (columns.size() != header.cells.size())
    return wrong("?columns", "differs", "The file has other columns than when it was checked.");
  out->columns = std::move(columns);
  return out;
}

outcome<plan> plan::of(const table& whole) {
  csv_reader reader{whole.text, whole.separator};
  reader.go_to(whole.body, whole.body_line);
  std::vector<place> places;
  std::vector<std::size_t> units;
  std::unordered_map<std::string, std::size_t> by_key;
  std::size_t count = 0;
  for (record line; reader.next(line);) {
    if (line.blank()) continue;
    if (places.size() >= lines_max) return broken_at("too_many_lines", line.line);
    places.push_back({line.begin, line.line});
    const auto key = household_key(line, whole.columns);
    if (key.empty()) {
      units.push_back(count++);
      continue;
    }
    const auto [at, added] = by_key.try_emplace(key, count);
    if (added) ++count;
    units.push_back(at->second);
  }
  if (!reader.broken().empty()) return broken_at(reader.broken(), reader.line());
  plan out;
  out.starts_.assign(count + 1, 0);
  for (const auto unit : units) ++out.starts_[unit + 1];
  for (std::size_t i = 1; i <= count; ++i) out.starts_[i] += out.starts_[i - 1];
  out.places_.resize(places.size());
  auto next = out.starts_;
  for (std::size_t i = 0; i < places.size(); ++i) out.places_[next[units[i]]++] = places[i];
  return out;
}

std::vector<typed_line> plan::read(const table& from, std::size_t unit, const rules& by) const {
  std::vector<typed_line> out;
  record line;
  for (auto i = starts_[unit]; i < starts_[unit + 1]; ++i) {
    csv_reader reader{from.text, from.separator};
    reader.go_to(places_[i].begin, places_[i].line);
    if (reader.next(line)) out.push_back(read_line(line, from.columns, by));
  }
  return out;
}

std::vector<std::int64_t> plan::numbers(std::size_t unit) const {
  std::vector<std::int64_t> out;
  for (auto i = starts_[unit]; i < starts_[unit + 1]; ++i) out.push_back(places_[i].line);
  return out;
}

std::vector<std::pair<std::int64_t, std::string>> plan::raw_lines(const table& from, std::size_t unit) const {
  std::vector<std::pair<std::int64_t, std::string>> out;
  record line;
  for (auto i = starts_[unit]; i < starts_[unit + 1]; ++i) {
    csv_reader reader{from.text, from.separator};
    reader.go_to(places_[i].begin, places_[i].line);
    if (reader.next(line)) out.emplace_back(line.line, std::string{line.raw});
  }
  return out;
}

void repeats::look(const draft& of, typed_line& first, const std::vector<column>& columns) {
  const auto note = [&](auto& seen, const std::string& what, field which) {
    if (what.empty()) return;
    const auto [at, added] = seen.try_emplace(what, first.number);
    if (!added)
      first.problems.push_back({header_of(which, columns), "repeated", what, std::to_string(at->second)});
  };
  if (emails_too_) note(emails_, of.who.email_key, field::email);
  note(numbers_, of.who.number, field::number);
}

std::optional<problem> clash(const draft& of, const std::unordered_map<std::string, std::string>& by_email,
                             const std::unordered_map<std::string, std::string>& by_number,
                             bool duplicates_allowed, const std::vector<column>& columns) {
  if (const auto found = by_number.find(of.who.number); !of.who.number.empty() && found != by_number.end())
    return problem{header_of(field::number, columns), "number_taken", of.who.number, found->second};
  if (duplicates_allowed || of.who.email_key.empty()) return std::nullopt;
  if (const auto found = by_email.find(of.who.email_key); found != by_email.end())
    return problem{header_of(field::email, columns), "email_taken", of.who.email, found->second};
  return std::nullopt;
}

} // namespace foyer::imports
