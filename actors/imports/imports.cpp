#include "actors/imports/imports.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace foyer::imports {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 8> phases{"receiving", "checking", "checked", "refused",
                                                 "failed",    "creating", "done",    "expired"};

std::string text_in(const json::object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

std::int64_t number_in(const json::object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

bool flag_in(const json::object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

const json::array& array_in(const json::object& from, std::string_view key) {
  static const json::array none;
  const auto* value = from.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

json::value parsed(std::string_view text) {
  boost::system::error_code bad;
  auto out = json::parse(text, bad);
  return bad ? json::value{} : out;
}

std::optional<field> field_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(field::answer); ++i)
    if (to_string(static_cast<field>(i)) == name) return static_cast<field>(i);
  return std::nullopt;
}

} // namespace

std::string_view to_string(phase of) noexcept {
  return phases[static_cast<std::size_t>(of)];
}

phase parse_phase(std::string_view text) noexcept {
  const auto* const found = std::find(phases.begin(), phases.end(), text);
  return found == phases.end() ? phase::failed : static_cast<phase>(found - phases.begin());
}

std::string to_json(const std::vector<problem>& of) {
  json::array out;
  for (const auto& each : of)
    out.push_back(json::object{
        {"column", each.column}, {"code", each.code}, {"value", each.value}, {"other", each.other}});
  return json::serialize(out);
}

std::vector<problem> problems_from_json(std::string_view text) {
  std::vector<problem> out;
  const auto whole = parsed(text);
  if (!whole.is_array()) return out;
  for (const auto& each : whole.get_array()) {
    if (!each.is_object()) continue;
    const auto& one = each.get_object();
    out.push_back(
        {text_in(one, "column"), text_in(one, "code"), text_in(one, "value"), text_in(one, "other")});
  }
  return out;
}

std::string to_json(const details& of) {
  json::array columns;
  for (const auto& each : of.columns)
    columns.push_back(json::object{{"header", each.header},
                                   {"as", each.as ? to_string(*each.as) : std::string_view{}},
                                   {"key", each.answer_key}});
  json::array named;
  for (const auto& each : of.asked.columns) named.emplace_back(each);
  return json::serialize(json::object{
      {"file_name", of.asked.file_name},
      {"create", of.asked.create},
      {"skip_errors", of.asked.skip_errors},
      {"duplicates_allowed", of.asked.duplicates_allowed},
      {"tag", of.asked.tag},
      {"named", std::move(named)},
      {"bytes", of.bytes},
      {"encoding", of.encoding},
      {"separator", of.separator},
      {"columns", std::move(columns)},
      {"problem", of.problem},
      {"problem_line", of.problem_line},
      {"same_as", of.same_as ? to_string(*of.same_as) : std::string{}},
      {"lines", of.lines},
      {"households", of.households},
      {"bad_lines", of.bad_lines},
      {"created", of.created},
      {"members", of.members},
      {"positive_count", of.positive_count},
      {"negative_count", of.negative_count},
      {"positive", of.positive},
      {"negative", of.negative},
  });
}

details details_from_json(std::string_view text) {
  details out;
  const auto whole = parsed(text);
  if (!whole.is_object()) return out;
  const auto& from = whole.get_object();
  out.asked.file_name = text_in(from, "file_name");
  out.asked.create = flag_in(from, "create");
  out.asked.skip_errors = flag_in(from, "skip_errors");
  out.asked.duplicates_allowed = flag_in(from, "duplicates_allowed");
  out.asked.tag = text_in(from, "tag");
  for (const auto& each : array_in(from, "named"))
    if (each.is_string()) out.asked.columns.emplace_back(each.get_string());
  out.bytes = number_in(from, "bytes");
  out.encoding = text_in(from, "encoding");
  out.separator = text_in(from, "separator");
  for (const auto& each : array_in(from, "columns")) {
    if (!each.is_object()) continue;
    const auto& one = each.get_object();
    out.columns.push_back({text_in(one, "header"), field_named(text_in(one, "as")), text_in(one, "key")});
  }
  out.problem = text_in(from, "problem");
  out.problem_line = number_in(from, "problem_line");
  if (const auto same = parse_uuid(text_in(from, "same_as"))) out.same_as = import_id{*same};
  out.lines = number_in(from, "lines");
  out.households = number_in(from, "households");
  out.bad_lines = number_in(from, "bad_lines");
  out.created = number_in(from, "created");
  out.members = number_in(from, "members");
  out.positive_count = number_in(from, "positive_count");
  out.negative_count = number_in(from, "negative_count");
  out.positive = number_in(from, "positive");
  out.negative = number_in(from, "negative");
  return out;
}

} // namespace foyer::imports
