#pragma once

#include "actors/vocabulary/time.hpp"
#include "storage/campaign_portion.hpp"

#include <optional>
#include <string>

namespace foyer::storage {

/// What is left of a campaign, read under its row's lock.
struct open_campaign {
  campaign_id id;
  organisation_id at;
  uuid after;
  uuid until;
  std::string group;
  std::optional<time_point> mailed_before;
  std::optional<time_point> mailed_since;
};

/// Makes the balance mails (W7) of the next clients of a campaign, at most `clients_max`, within the
/// transaction that is open. Each key that a mail tells can be found from then on.
outcome<campaign_portion> write_balance_portion(PGconn* open, const open_campaign& of,
                                                const server_secret& secret, std::int64_t clients_max);

} // namespace foyer::storage
