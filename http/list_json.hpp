#pragma once

#include "http/json/writer.hpp"

#include <optional>
#include <string>

namespace foyer::http {

/// A list inside an object that is open: "items", where append(out, item) writes each, and "next_cursor" (see
/// http/paging.hpp; none for lists that have one page).
template <class Items, class Append>
void append_items(json::writer& out, const Items& items, Append append,
                  const std::optional<std::string>& next_cursor = std::nullopt) {
  out.key("items").begin_array();
  for (const auto& each : items) append(out, each);
  out.end_array().field("next_cursor", next_cursor);
}

/// A list as a whole answer: {"items": […], "next_cursor": …}.
template <class Items, class Append>
std::string list_json(const Items& items, Append append,
                      const std::optional<std::string>& next_cursor = std::nullopt) {
  std::string body;
  json::writer out(body);
  out.begin_object();
  append_items(out, items, append, next_cursor);
  out.end_object();
  return body;
}

} // namespace foyer::http
