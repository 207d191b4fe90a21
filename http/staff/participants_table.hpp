#pragma once

#include "actors/household/client_files.hpp"
#include "actors/offer/offer.hpp"
#include "http/json/writer.hpp"

#include <string>
#include <string_view>

namespace foyer::http::staff {

/// The list of participants of an offer (H13), to print: {"offer_id", "title", "starts_at", …, "items",
/// "days"}.
std::string participants_json(const offer::state& of, const household::participation& who, time_point now);

/// The same as CSV: one line a place, one column a day on which presence was ticked. UTF-8 with a byte order
/// mark; cells that a spreadsheet would compute are neutralised.
std::string participants_csv(const household::participation& who, std::string_view locale, time_point now);

} // namespace foyer::http::staff
