#include "actors/imports/cells.hpp"

#include "actors/vocabulary/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace foyer::imports {
namespace {

constexpr std::size_t decimals = 2;

struct sign_of_currency {
  std::string_view sign;
  std::string_view code;
};
// Signs that mean one currency or one of several; the organisation's decides.
constexpr std::array<sign_of_currency, 8> signs{{{"€", "EUR"},
                                                 {"£", "GBP"},
                                                 {"$", "USD"},
                                                 {"$", "CAD"},
                                                 {"$", "AUD"},
                                                 {"Fr.", "CHF"},
                                                 {"¥", "JPY"},
                                                 {"kr", "SEK"}}};

bool take(std::string& from, std::string_view what) {
  const auto at = from.find(what);
  if (at == std::string::npos) return false;
  from.erase(at, what.size());
  return true;
}

// Whether what is left names another currency.
bool names_currency(const std::string& rest) {
  for (const auto& each : signs)
    if (rest.find(each.sign) != std::string::npos) return true;
  int letters = 0;
  for (const char c : rest) letters = (c >= 'A' && c <= 'Z') ? letters + 1 : letters;
  return letters == 3;
}

bool all_digits(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Groups of three between `mark`, the first one shorter.
bool is_grouped(std::string_view whole, char mark) {
  bool first = true;
  while (true) {
    const auto at = whole.find(mark);
    const auto group = whole.substr(0, at);
    if (!all_digits(group) || (first ? group.empty() || group.size() > 3 : group.size() != 3)) return false;
    if (at == std::string_view::npos) return true;
    whole.remove_prefix(at + 1);
    first = false;
  }
}

read_amount bad(std::string_view why) {
  return {std::nullopt, why};
}

// Spaces of all kinds that people put between thousands, and the Swiss apostrophe, as one.
std::string plain_spaces(std::string text) {
  for (const std::string_view space : {"\u00A0", "\u202F", "\u2009", "\u2019", "'"})
    for (auto at = text.find(space); at != std::string::npos; at = text.find(space, at))
      text.replace(at, space.size(), " ");
  return text;
}

// The sign at either end, taken off.
std::optional<bool> take_sign(std::string& text) {
  bool negative = false;
  if (text.size() > 2 && text.front() == '(' && text.back() == ')') {
    negative = true;
    text = trimmed(text.substr(1, text.size() - 2));
  }
  for (const std::string_view minus : {"-", "\u2212", "\u2013"}) {
    const bool before = text.starts_with(minus);
    if (!before && !text.ends_with(minus)) continue;
    if (negative) return std::nullopt;
    negative = true;
    text = trimmed(before ? text.substr(minus.size()) : text.substr(0, text.size() - minus.size()));
  }
  if (!negative && text.starts_with('+')) text = trimmed(text.substr(1));
  return negative;
}

// Takes the marks between thousands out of the whole part; false when they stand wrong.
bool join_groups(std::string& whole, char group) {
  if (whole.find(group) == std::string::npos) return true;
  if (!is_grouped(whole, group)) return false;
  whole.erase(std::remove(whole.begin(), whole.end(), group), whole.end());
  return true;
}

read_amount sum_of(const std::string& whole, std::string_view part) {
  if (!all_digits(whole) || !all_digits(part) || (whole.empty() && part.empty())) return bad("invalid");
  if (part.size() > decimals && part.find_first_not_of('0', decimals) != std::string_view::npos)
    return bad("invalid");
  auto digits = whole + std::string{part.substr(0, decimals)};
  digits.append(decimals - std::min(part.size(), decimals), '0');
  amount value = 0;
  for (const char c : digits) {
    value = value * 10 + (c - '0');
    if (value > largest_amount) return bad("amount_out_of_range");
  }
  return {value, {}};
}

read_amount number_of(std::string_view text) {
  const auto points = std::count(text.begin(), text.end(), '.');
  const auto commas = std::count(text.begin(), text.end(), ',');
  const bool spaced = text.find(' ') != std::string_view::npos;
  const auto mark = text.find_last_of(".,");
  if (mark == std::string_view::npos || (points + commas > 1 && (points == 0 || commas == 0))) {
    // No decimals: 1 234, or 1.234.567
    std::string whole{text};
    if ((spaced && points + commas > 0) || !join_groups(whole, spaced ? ' ' : points > 0 ? '.' : ','))
      return bad("invalid");
    return sum_of(whole, {});
  }
  const char group = text[mark] == '.' ? ',' : '.';
  const bool grouped = points > 0 && commas > 0;
  if ((text[mark] == '.' ? points : commas) > 1 || (grouped && spaced)) return bad("invalid");
  std::string whole{text.substr(0, mark)};
  const auto part = text.substr(mark + 1);
  const bool may_be_thousands = part.size() == 3 && !whole.empty() && whole.size() <= 3 && whole != "0";
  if (may_be_thousands && !grouped && !spaced && all_digits(part) && all_digits(whole))
    return bad("ambiguous");
  if (!join_groups(whole, spaced ? ' ' : group)) return bad("invalid");
  return sum_of(whole, part);
}

} // namespace

read_amount parse_amount(std::string_view typed, const currency& unit) {
  auto text = trimmed(typed);
  bool named = take(text, unit.code());
  for (const auto& each : signs)
    if (!named && each.code == unit.code()) named = take(text, each.sign);
  text = trimmed(text);
  const auto negative = take_sign(text);
  if (!negative) return bad("invalid");
  if (names_currency(text)) return bad("currency_mismatch");
  auto out = number_of(plain_spaces(std::move(text)));
  if (out.value && *negative) out.value = -*out.value;
  return out;
}

std::optional<date> parse_day(std::string_view typed) noexcept {
  std::array<int, 3> parts{};
  std::array<std::size_t, 3> sizes{};
  std::size_t part = 0;
  char mark = 0;
  for (const char c : typed) {
    if (c >= '0' && c <= '9') {
      if (++sizes[part] > 4) return std::nullopt;
      parts[part] = parts[part] * 10 + (c - '0');
    } else if ((c == '/' || c == '.' || c == '-') && part < 2 && sizes[part] > 0 &&
               (mark == 0 || c == mark)) {
      mark = c;
      ++part;
    } else {
      return std::nullopt;
    }
  }
  if (part != 2 || sizes[2] == 0) return std::nullopt;
  const bool year_first = sizes[0] == 4;
  if (year_first ? sizes[1] > 2 || sizes[2] > 2 : sizes[0] > 2 || sizes[1] > 2 || sizes[2] != 4)
    return std::nullopt;
  const date out{std::chrono::year{year_first ? parts[0] : parts[2]},
                 std::chrono::month{static_cast<unsigned>(parts[1])},
                 std::chrono::day{static_cast<unsigned>(year_first ? parts[2] : parts[0])}};
  if (!out.ok()) return std::nullopt;
  return out;
}

std::optional<bool> parse_flag(std::string_view typed) {
  const auto word = fold_case(trimmed(typed));
  for (const std::string_view yes : {"oui", "yes", "true", "vrai", "1", "x", "o", "y"})
    if (word == yes) return true;
  for (const std::string_view no : {"", "non", "no", "false", "faux", "0", "n"})
    if (word == no) return false;
  return std::nullopt;
}

std::optional<std::string> parse_locale(std::string_view typed) {
  const auto word = fold_to_ascii(typed);
  for (const std::string_view french :
       {"fr", "fra", "francais", "french", "fr fr", "fr ca", "fr be", "fr ch"})
    if (word == french) return "fr";
  for (const std::string_view english : {"en", "eng", "anglais", "english", "en gb", "en us", "en ca"})
    if (word == english) return "en";
  return std::nullopt;
}

std::vector<std::string> split_tags(std::string_view typed) {
  const std::string_view marks = typed.find('|') != std::string_view::npos ? "|" : ",;";
  std::vector<std::string> out;
  while (!typed.empty()) {
    const auto at = typed.find_first_of(marks);
    auto tag = trimmed(typed.substr(0, at));
    if (!tag.empty() && std::find(out.begin(), out.end(), tag) == out.end()) out.push_back(std::move(tag));
    typed.remove_prefix(at == std::string_view::npos ? typed.size() : at + 1);
  }
  return out;
}

std::string join_tags(const std::vector<std::string>& tags) {
  std::string out;
  for (const auto& each : tags) {
    if (!out.empty()) out += '|';
    out += each;
  }
  if (tags.size() == 1 && out.find_first_of(",;") != std::string::npos) out += '|';
  return out;
}

std::string write_amount(amount sum, std::string_view locale) {
  const bool negative = sum < 0;
  const auto size = negative ? 0 - static_cast<std::uint64_t>(sum) : static_cast<std::uint64_t>(sum);
  const auto rest = size % 100;
  return (negative ? "-" : "") + std::to_string(size / 100) + (locale == "fr" ? "," : ".") +
         (rest < 10 ? "0" : "") + std::to_string(rest);
}

std::string write_day(const date& of) {
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(of.year()),
                static_cast<unsigned>(of.month()), static_cast<unsigned>(of.day()));
  return text;
}

bool is_phone(std::string_view typed) noexcept {
  return typed.find_first_not_of("0123456789+-(). /x") == std::string_view::npos;
}

std::size_t length_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool has_controls(std::string_view text, bool lines) noexcept {
  return std::any_of(text.begin(), text.end(), [lines](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 || byte == 0x7F) && !(lines && (c == '\n' || c == '\t' || c == '\r'));
  });
}

} // namespace foyer::imports
