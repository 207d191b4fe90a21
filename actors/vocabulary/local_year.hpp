#pragma once

#include "actors/vocabulary/time.hpp"

#include <string>
#include <string_view>

namespace foyer {

/// The year that it is at this time in a time zone ("Europe/Paris"; an unknown one is UTC), as on a calendar
/// there. Thread-safe; the bounds of the last year asked for are kept, so that a rush does not ask ICU each
/// time.
int local_year(std::string_view time_zone, time_point at);

/// Whether this names a region's time zone, "Europe/Paris" say, or is "UTC". Abbreviations and offsets are
/// none: ICU and PostgreSQL, which both count days by it, read those differently. Thread-safe.
bool is_time_zone(std::string_view name);

/// "2026-09-21 17:00": the date and time of day there.
std::string local_minute(std::string_view time_zone, time_point at);

} // namespace foyer
