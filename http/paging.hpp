#pragma once

#include "actors/order/loader.hpp"
#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/outcome.hpp"
#include "http/request.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace foyer::http {

inline constexpr int page_limit_max = 200;

// A list goes on after the mark of its last item: an id, a number, a ticket's place in its order. The cursor
// is that mark as text, and nothing else knows how it is written.

std::string to_cursor(const uuid&);
std::string to_cursor(std::int64_t); // from 1
std::string to_cursor(const order::ticket_place&);
template <class Tag>
std::string to_cursor(const id<Tag>& mark) {
  return to_cursor(mark.value);
}

/// False: this server did not make it.
bool parse_cursor(std::string_view text, uuid& into);
bool parse_cursor(std::string_view text, std::int64_t& into);
bool parse_cursor(std::string_view text, order::ticket_place& into);
template <class Tag>
bool parse_cursor(std::string_view text, id<Tag>& into) {
  return parse_cursor(text, into.value);
}

/// How a list is asked for: `?limit=` (50, at most 200) and `?cursor=`.
template <class Mark>
struct paging {
  int limit = 50;
  std::optional<Mark> after; // none: from the beginning
};

/// Refused: invalid, with the field "?limit".
outcome<int> limit_of(const request& in);
/// Refused: invalid, with the query's field, such as "?cursor".
refusal bad_query(std::string_view field, std::string_view code = "invalid");

/// Refused: invalid, with the field "?limit" or "?cursor".
template <class Mark>
outcome<paging<Mark>> paging_of(const request& in) {
  const auto limit = limit_of(in);
  if (!limit) return limit.error();
  paging<Mark> out{*limit, std::nullopt};
  const auto cursor = in.query("cursor").value_or("");
  if (!cursor.empty() && !parse_cursor(cursor, out.after.emplace())) return bad_query("?cursor");
  return out;
}

/// The cursor of the page after this one, none where it is the last. `mark_of` is called like std::invoke.
template <class Items, class MarkOf>
std::optional<std::string> next_cursor(bool more, const Items& shown, MarkOf mark_of) {
  if (!more || shown.empty()) return std::nullopt;
  return to_cursor(std::invoke(mark_of, shown.back()));
}

} // namespace foyer::http
