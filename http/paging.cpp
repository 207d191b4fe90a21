#include "http/paging.hpp"

#include "http/json/reader.hpp"

namespace foyer::http {
namespace {

refusal bad_query(const char* field, const char* code) {
  refusal why{errc::invalid};
  why.fields.push_back({field, code});
  return why;
}

} // namespace

outcome<paging> paging_of(const request& in) {
  paging out;
  out.cursor = in.query("cursor").value_or("");
  const auto limit = in.query("limit");
  if (!limit) return out;
  const auto number = json::parse_integer(*limit);
  if (!number) return bad_query("?limit", "invalid");
  if (*number < 1 || *number > page_limit_max) return bad_query("?limit", "out_of_range");
  out.limit = static_cast<int>(*number);
  return out;
}

refusal bad_cursor() {
  return bad_query("?cursor", "invalid");
}

} // namespace foyer::http
