#include "http/paging.hpp"

#include "http/json/reader.hpp"

namespace foyer::http {
namespace {

constexpr int position_max = 1'000'000; // of a ticket in its order, far beyond any

} // namespace

std::string to_cursor(const uuid& mark) {
  return to_string(mark);
}

std::string to_cursor(std::int64_t mark) {
  return std::to_string(mark);
}

std::string to_cursor(const order::ticket_place& mark) {
  return to_string(mark.order) + ':' + std::to_string(mark.position);
}

bool parse_cursor(std::string_view text, uuid& into) {
  const auto id = parse_uuid(text);
  if (id) into = *id;
  return id.has_value();
}

bool parse_cursor(std::string_view text, std::int64_t& into) {
  const auto number = json::parse_integer(text);
  if (number) into = *number;
  return number && *number > 0;
}

bool parse_cursor(std::string_view text, order::ticket_place& into) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto position = json::parse_integer(text.substr(colon + 1));
  if (!position || *position < 0 || *position > position_max) return false;
  into.position = static_cast<int>(*position);
  return parse_cursor(text.substr(0, colon), into.order);
}

outcome<int> limit_of(const request& in) {
  const auto text = in.query("limit");
  if (!text) return paging<uuid>{}.limit;
  const auto number = json::parse_integer(*text);
  if (!number) return bad_query("?limit");
  if (*number < 1 || *number > page_limit_max) return bad_query("?limit", "out_of_range");
  return static_cast<int>(*number);
}

refusal bad_query(std::string_view field, std::string_view code) {
  refusal why{errc::invalid};
  why.fields.push_back({std::string{field}, std::string{code}});
  return why;
}

} // namespace foyer::http
