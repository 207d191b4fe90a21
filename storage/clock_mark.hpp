#pragma once

#include "actors/vocabulary/outcome.hpp"
#include "actors/vocabulary/time.hpp"
#include "storage/pg/blocking.hpp"

#include <optional>
#include <string>

namespace foyer::storage {

/// The latest time of day that a server of this database is known to have had; none: it never had one. May
/// wait. Refused: unavailable.
outcome<std::optional<time_point>> read_clock_mark(const std::string& database_url);

/// Notes that it is that late; an earlier time changes nothing.
outcome<done> write_clock_mark(PGconn* open, time_point now);

/// The machine's time counts again, whatever was noted.
outcome<done> forget_clock_mark(const std::string& database_url);

} // namespace foyer::storage
