#include "actors/imports/lines.hpp"

#include "actors/imports/cells.hpp"
#include "actors/organisation/form.hpp"
#include "actors/vocabulary/email.hpp"
#include "actors/vocabulary/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace foyer::imports {
namespace {

// As the forms of staff have them (http/member_form.cpp, http/staff/household_form.cpp).
constexpr std::size_t name_max = 100;
constexpr std::size_t number_max = 40;
constexpr std::size_t phone_max = 40;
constexpr std::size_t relation_max = 50;
constexpr std::size_t address_max = 500;
constexpr std::size_t tag_max = 50;
constexpr std::size_t tags_max = 50;
constexpr std::size_t username_max = 64;
constexpr std::size_t website_max = 200;
constexpr std::size_t answer_max = 2'000;
// Of a cell, in reports.
constexpr std::size_t shown_max = 80;

// Whole code points.
std::string beginning_of(std::string_view text) {
  if (text.size() <= shown_max) return std::string{text};
  std::size_t end = shown_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string{text.substr(0, end)} + "…";
}

std::optional<std::size_t> place_of(field which, const std::vector<column>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].as == which) return i;
  return std::nullopt;
}

// As trimmed() and nfc() do it; nearly all cells are ASCII, for which they would only convert to and fro.
std::string tidy(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= 0x80) return nfc(trimmed(text));
  constexpr std::string_view spaces = " \t\r\n\f\v";
  const auto begin = text.find_first_not_of(spaces);
  if (begin == std::string_view::npos) return {};
  return std::string{text.substr(begin, text.find_last_not_of(spaces) - begin + 1)};
}

// The cells of one line by what they mean; notes what is wrong with them.
class cells_of {
public:
  cells_of(const record& from, const std::vector<column>& columns, std::vector<problem>& problems)
      : from_(from), columns_(columns), problems_(problems) {}

  std::string text(field which, std::size_t max, bool lines = false) {
    const auto place = place_of(which, columns_);
    return place ? text_at(*place, max, lines) : std::string{};
  }

  std::string text_at(std::size_t place, std::size_t max, bool lines) {
    if (place >= from_.cells.size()) return {};
    const std::string_view cell = from_.cells[place];
    const auto plain = without_apostrophe(cell);
    auto out = tidy(plain);
    std::string_view wrong;
    if (plain.size() == cell.size() && !out.empty() && out.front() == '=')
      wrong = "formula";
    else if (has_controls(out, lines))
      wrong = "control_character";
    else if (length_of(out) > max)
      wrong = "too_long";
    if (wrong.empty()) return out;
    note(place, wrong);
    return {};
  }

  [[nodiscard]] std::size_t problems() const noexcept { return problems_.size(); }

  void note(std::size_t place, std::string_view code) {
    const auto cell = place < from_.cells.size() ? beginning_of(from_.cells[place]) : std::string{};
    problems_.push_back({columns_[place].header, std::string{code}, cell, {}});
  }
  void note(field which, std::string_view code) {
    if (const auto place = place_of(which, columns_)) note(*place, code);
  }

private:
  const record& from_;
  const std::vector<column>& columns_;
  std::vector<problem>& problems_;
};

std::string required_name(cells_of& cells, field which) {
  const auto before = cells.problems();
  auto out = cells.text(which, name_max);
  if (out.empty() && cells.problems() == before) cells.note(which, "required");
  return out;
}

// Street, addition, postal code and town, country: a line each.
std::string read_address(cells_of& cells) {
  std::string out;
  const auto add_line = [&](const std::string& line) {
    if (!out.empty() && !line.empty()) out += '\n';
    out += line;
  };
  add_line(cells.text(field::address, address_max, true));
  add_line(cells.text(field::address_2, address_max, true));
  const auto code = cells.text(field::postal_code, 20);
  const auto city = cells.text(field::city, name_max);
  add_line(code + (code.empty() || city.empty() ? "" : " ") + city);
  add_line(cells.text(field::country, name_max));
  out.erase(std::remove(out.begin(), out.end(), '\r'), out.end());
  if (length_of(out) > address_max) cells.note(field::address, "too_long");
  return out;
}

std::string read_phone(cells_of& cells) {
  auto out = cells.text(field::phone, phone_max);
  if (!is_phone(out)) cells.note(field::phone, "invalid");
  const auto mobile = cells.text(field::mobile, phone_max);
  if (!is_phone(mobile)) cells.note(field::mobile, "invalid");
  if (mobile.empty() || mobile == out) return out;
  out = out.empty() ? mobile : out + " / " + mobile;
  if (length_of(out) > phone_max) cells.note(field::mobile, "too_long");
  return out;
}

// Of choices, the one that is meant whatever its case.
std::string chosen(const organisation::form_field& field, std::string answer) {
  const auto wanted = fold_case(answer);
  for (const auto& choice : field.choices)
    if (fold_case(choice) == wanted) return choice;
  return answer;
}

// What was typed, as answers to this field are stored; whether it fits is the form's to say.
std::vector<std::string> answer_of(const organisation::form_field& field, std::string typed) {
  if (field.type == "choices") {
    auto out = split_tags(typed);
    for (auto& each : out) each = chosen(field, std::move(each));
    return out;
  }
  if (field.type == "choice") return {chosen(field, std::move(typed))};
  if (field.type == "boolean") {
    const auto flag = parse_flag(typed);
    if (flag) typed = *flag ? "true" : "false";
  } else if (field.type == "date") {
    const auto day = parse_day(typed);
    if (day) typed = write_day(*day);
  } else if (field.type == "number") {
    std::replace(typed.begin(), typed.end(), ',', '.');
  }
  return {std::move(typed)};
}

std::string read_answers(cells_of& cells, const std::vector<column>& columns, const rules& by) {
  boost::json::object out;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].as != field::answer) continue;
    auto typed = cells.text_at(i, answer_max, true);
    const auto asked = std::find_if(by.form.form.begin(), by.form.form.end(),
                                    [&](const auto& each) { return each.key == columns[i].answer_key; });
    if (typed.empty() || asked == by.form.form.end()) continue;
    auto answer = answer_of(*asked, std::move(typed));
    if (!organisation::fits(*asked, answer))
      cells.note(i, "invalid");
    else if (asked->type == "choices")
      out[asked->key] = boost::json::array(answer.begin(), answer.end());
    else
      out[asked->key] = answer.front();
  }
  return boost::json::serialize(out);
}

void read_email(cells_of& cells, typed_line& into) {
  const auto typed = cells.text(field::email, 254);
  if (typed.empty()) return;
  const auto parsed = parse_email(typed);
  if (!parsed) return cells.note(field::email, "invalid");
  into.of_household.email = parsed->shown;
  into.of_household.email_key = parsed->key;
}

void read_birth_date(cells_of& cells, const rules& by, household::member& into) {
  const auto typed = cells.text(field::birth_date, 20);
  if (typed.empty()) return;
  into.birth_date = parse_day(typed);
  if (!into.birth_date) return cells.note(field::birth_date, "invalid");
  if (std::chrono::sys_days{*into.birth_date} > std::chrono::floor<std::chrono::days>(by.now) ||
      into.birth_date->year() < std::chrono::year{1900})
    cells.note(field::birth_date, "out_of_range");
}

void read_tags(cells_of& cells, household::state& into) {
  into.tags = split_tags(cells.text(field::tags, (tag_max + 2) * tags_max, true));
  if (into.tags.size() >= tags_max) cells.note(field::tags, "too_many");
  for (const auto& each : into.tags)
    if (length_of(each) > tag_max || has_controls(each, false)) return cells.note(field::tags, "too_long");
  // H7: a link sets and removes it.
  std::erase(into.tags, household::online_account_tag);
}

void read_balance(cells_of& cells, const rules& by, typed_line& into) {
  const auto unit = cells.text(field::currency, 10);
  if (!unit.empty() && unit != by.unit.code()) cells.note(field::currency, "currency_mismatch");
  const auto typed = cells.text(field::balance, 60);
  if (typed.empty()) return;
  const auto sum = parse_amount(typed, by.unit);
  if (!sum.value) return cells.note(field::balance, sum.problem);
  if (*sum.value < std::min<amount>(0, by.floor)) return cells.note(field::balance, "floor_exceeded");
  if (*sum.value != 0) into.balance = sum.value;
}

std::string shown_line(std::int64_t number) {
  return std::to_string(number);
}

// What a member's line says of the household has to be the same as the first line says, or nothing.
void compare(const typed_line& first, typed_line& line, const std::vector<column>& columns) {
  const auto differs = [&](field which, bool is_empty, bool same) {
    if (is_empty || same) return;
    if (const auto place = place_of(which, columns))
      line.problems.push_back({columns[*place].header, "differs", {}, shown_line(first.number)});
  };
  const auto& a = first.of_household;
  const auto& b = line.of_household;
  differs(field::number, b.number.empty(), a.number == b.number);
  differs(field::address, b.address.empty(), a.address == b.address);
  differs(field::locale, line.locale.empty(), first.locale == line.locale);
  differs(field::tags, b.tags.empty(), a.tags == b.tags);
  differs(field::newsletter, !b.newsletter, a.newsletter);
  differs(field::username, b.username.empty(), a.username == b.username);
  differs(field::website, b.website.empty(), a.website == b.website);
  if (line.balance)
    if (const auto place = place_of(field::balance, columns))
      line.problems.push_back({columns[*place].header, "balance_of_member", {}, shown_line(first.number)});
}

} // namespace

std::string household_key(const record& from, const std::vector<column>& columns) {
  const auto place = place_of(field::household, columns);
  if (!place || *place >= from.cells.size()) return {};
  return tidy(without_apostrophe(from.cells[*place]));
}

typed_line read_line(const record& from, const std::vector<column>& columns, const rules& by) {
  typed_line out;
  out.number = from.line;
  if (from.cells.size() > columns.size() &&
      std::any_of(from.cells.begin() + static_cast<std::ptrdiff_t>(columns.size()), from.cells.end(),
                  [](const std::string& cell) { return !cell.empty(); }))
    out.problems.push_back({{}, "too_many_cells", {}, {}});
  cells_of cells{from, columns, out.problems};
  out.key = cells.text(field::household, number_max);
  out.of_household.number = cells.text(field::number, number_max);
  out.person.first_name = required_name(cells, field::first_name);
  out.person.last_name = required_name(cells, field::last_name);
  read_birth_date(cells, by, out.person);
  read_email(cells, out);
  out.of_household.phone = read_phone(cells);
  out.person.phone = out.of_household.phone;
  out.person.relation = cells.text(field::relation, relation_max);
  out.of_household.address = read_address(cells);
  if (const auto typed = cells.text(field::locale, 20); !typed.empty()) {
    if (const auto locale = parse_locale(typed))
      out.locale = *locale;
    else
      cells.note(field::locale, "invalid");
  }
  read_tags(cells, out.of_household);
  const auto flag = parse_flag(cells.text(field::newsletter, 20));
  if (!flag) cells.note(field::newsletter, "invalid");
  out.of_household.newsletter = flag.value_or(false);
  out.of_household.username = cells.text(field::username, username_max);
  out.of_household.website = cells.text(field::website, website_max);
  read_balance(cells, by, out);
  out.person.answers = read_answers(cells, columns, by);
  return out;
}

draft assemble(std::vector<typed_line>& lines, const std::vector<column>& columns, const rules& by) {
  auto& first = lines.front();
  draft out;
  out.who = first.of_household;
  out.who.locale = first.locale.empty() ? by.locale : first.locale;
  if (!by.tag.empty() && std::find(out.who.tags.begin(), out.who.tags.end(), by.tag) == out.who.tags.end())
    out.who.tags.push_back(by.tag);
  out.balance = first.balance;
  for (auto& line : lines) {
    if (&line != &first) {
      compare(first, line, columns);
      line.person.email = line.of_household.email;
    }
    out.who.members.push_back(line.person);
  }
  if (lines.size() > household::members_max)
    first.problems.push_back({{}, "too_many_members", std::to_string(lines.size()), {}});
  return out;
}

} // namespace foyer::imports
