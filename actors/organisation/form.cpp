#include "actors/organisation/form.hpp"

#include "actors/vocabulary/email.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace foyer::organisation {
namespace {

namespace json = boost::json;

constexpr std::string_view digits = "0123456789";

// "2026-01-31", a day that exists.
bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [&](std::size_t at, std::size_t size) {
    const auto part = text.substr(at, size);
    int value = -1;
    if (part.find_first_not_of(digits) == std::string_view::npos)
      std::from_chars(part.data(), part.data() + part.size(), value);
    return value;
  };
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (year < 0 || month < 0 || day < 0) return false;
  return date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
              std::chrono::day{static_cast<unsigned>(day)}}
      .ok();
}

bool is_number(std::string_view text) {
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
}

// At least five digits, and what people write between them.
bool is_phone(std::string_view text) {
  constexpr std::ptrdiff_t digits_min = 5;
  return text.find_first_not_of("0123456789+-(). /x") == std::string_view::npos &&
         std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) >= digits_min;
}

json::object object_in(std::string_view text) {
  boost::system::error_code failed;
  auto parsed = json::parse({text.data(), text.size()}, failed);
  if (failed || !parsed.is_object()) return {};
  return std::move(parsed.get_object());
}

// The texts of a stored answer; none: there is no answer. What is neither text nor array never fits.
std::optional<std::vector<std::string>> texts_in(const json::value& from) {
  std::vector<std::string> out;
  if (from.is_string() && !from.get_string().empty()) out.emplace_back(from.get_string());
  if (!from.is_array())
    return from.is_string() || from.is_null() ? std::optional{std::move(out)} : std::nullopt;
  for (const auto& each : from.get_array()) {
    if (!each.is_string()) return std::nullopt;
    out.emplace_back(each.get_string());
  }
  return out;
}

bool is_answered(const json::object& answers, const form_field& field) {
  const auto* given = answers.if_contains(field.key);
  if (given == nullptr) return false;
  const auto texts = texts_in(*given);
  return texts && !texts->empty() && fits(field, *texts);
}

const form_field* find_field(const settings& of, audience who, std::string_view key) {
  for (const auto& each : of.form)
    if (each.key == key && asked_of(each, who)) return &each;
  return nullptr;
}

} // namespace

bool asked_of(const form_field& field, audience who) noexcept {
  if (field.archived) return false;
  switch (who) {
  case audience::buyer: return field.of_buyer;
  case audience::member: return field.of_member;
  case audience::responsible: return field.of_buyer || field.of_member;
  }
  return false;
}

bool fits(const form_field& field, std::span<const std::string> answer) {
  const auto offered = [&](const std::string& each) {
    return std::find(field.choices.begin(), field.choices.end(), each) != field.choices.end();
  };
  if (field.type == "choices") return std::all_of(answer.begin(), answer.end(), offered);
  if (answer.size() > 1) return false;
  if (answer.empty() || answer.front().empty()) return true;
  const auto& text = answer.front();
  if (field.type == "choice") return offered(text);
  if (field.type == "boolean") return text == "true" || text == "false";
  if (field.type == "date") return is_date(text);
  if (field.type == "number") return is_number(text);
  if (field.type == "email") return parse_email(text).has_value();
  if (field.type == "phone") return is_phone(text);
  return field.type == "long_text" || text.find('\n') == std::string::npos;
}

std::vector<field_error> missing_answers(const settings& of, audience who, std::string_view answers_json,
                                         std::string_view prefix) {
  std::vector<field_error> missing;
  if (of.form.empty()) return missing;
  const auto given = object_in(answers_json);
  for (const auto& field : of.form)
    if (field.mandatory && asked_of(field, who) && !is_answered(given, field))
      missing.push_back({std::string{prefix} + field.key, "required"});
  return missing;
}

std::string merged_answers(std::string_view under, std::string_view over) {
  auto out = object_in(under);
  for (auto& [key, value] : object_in(over)) out[key] = value;
  return json::serialize(out);
}

std::string current_answers(const settings& of, audience who, std::string_view answers_json) {
  auto given = object_in(answers_json);
  json::object out;
  for (const auto& field : of.form)
    if (asked_of(field, who) && is_answered(given, field)) out[field.key] = given.at(field.key);
  return json::serialize(out);
}

std::string former_answers(const settings& of, audience who, std::string_view answers_json) {
  json::object out;
  for (const auto& [key, value] : object_in(answers_json))
    if (find_field(of, who, key) == nullptr) out[key] = value;
  return json::serialize(out);
}

} // namespace foyer::organisation
