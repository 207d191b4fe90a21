#pragma once

#include "actors/vocabulary/outcome.hpp"

#include <chrono>
#include <string>

namespace foyer::storage {

/// Ends the journal connections that a former process left in this database, and waits until they are gone:
/// after kill -9 PostgreSQL may still be doing what it was sent, and what a client asks again must not
/// overtake it. Only for a database that is nobody else's; another server's journal would connect again.
/// Blocking. Refused: `unavailable`, with a sentence, when some stay for longer than `deadline`.
outcome<done> end_former_writers(const std::string& database_url, std::chrono::milliseconds deadline);

} // namespace foyer::storage
