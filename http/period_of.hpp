#pragma once

#include "actors/order/records.hpp"
#include "http/json/reader.hpp"
#include "http/request.hpp"

namespace foyer::http {

/// More days are asked for in parts.
inline constexpr int period_days_max = 3'660;

/// `?from=` and `?to=` as local days, both included; without them today. Refused: invalid.
inline outcome<order::period> period_of(const request& in, const organisation::snapshot& at) {
  order::period out{at.id, at.options.time_zone, std::nullopt, std::nullopt};
  refusal why{errc::invalid};
  const auto read = [&](const char* name, std::optional<date>& to) {
    const auto text = in.query(name);
    if (!text) return;
    to = json::parse_date(*text);
    if (!to) why.fields.push_back({std::string{"?"} + name, "invalid"});
  };
  read("from", out.from);
  read("to", out.to);
  if (why.fields.empty() && out.from && out.to) {
    const auto days = (std::chrono::sys_days{*out.to} - std::chrono::sys_days{*out.from}).count();
    if (days < 0 || days > period_days_max) why.fields.push_back({"?to", "out_of_range"});
  }
  if (!why.fields.empty()) return why;
  // A zone that nobody has checked must not fail the query.
  if (out.time_zone.empty()) out.time_zone = "UTC";
  return out;
}

} // namespace foyer::http
