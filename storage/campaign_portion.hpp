#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/outcome.hpp"
#include "actors/vocabulary/secret.hpp"
#include "storage/pg/blocking.hpp"

#include <chrono>
#include <vector>

namespace foyer::storage {

/// What one portion of a campaign was.
struct campaign_portion {
  std::vector<household_id> changed; // households whose row it changed
  bool wrote = false;                // anybody gets a mail
  bool whole = false;                // the campaign is queued, or was already
};

/// Settings of the session that campaigns are worked off in: it gives way before PostgreSQL has to end a
/// deadlock, which might hit the journal; and it finds rows by index, however fresh the statistics are.
inline constexpr const char* campaign_session =
    "set lock_timeout = '250ms'; set statement_timeout = '60s'; set enable_hashjoin = off; set "
    "enable_mergejoin = off; "
    "set enable_seqscan = off; set plan_cache_mode = force_custom_plan; set jit = off";

/// Makes the mails of the next clients of a campaign, in one transaction of its own. Refused: unavailable,
/// and nothing happened.
outcome<campaign_portion> write_portion(PGconn* open, const campaign_id& which, const server_secret& secret,
                                        std::chrono::milliseconds link_valid);

} // namespace foyer::storage
