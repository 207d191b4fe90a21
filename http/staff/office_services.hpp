#pragma once

#include "actors/campaign/campaigns.hpp"
#include "actors/household/link_candidates.hpp"
#include "actors/journal.hpp"
#include "actors/mailer/preview.hpp"
#include "actors/mailer/records.hpp"
#include "actors/organisation/staff_records.hpp"
#include "actors/wallet/wallet_list.hpp"
#include "http/account_services.hpp"
#include "http/house_services.hpp"

#include <boost/asio/awaitable.hpp>

namespace foyer::http::staff {

/// What the routes of the back office ask that concern accounts, the organisation's people and its lists. All
/// of it outlives the router.
struct office_services {
  house_services& house;
  account_services& accounts;
  foyer::journal& journal;
  organisation::staff_records& records;
  wallet::list& wallet_list;
  household::candidates& link_candidates;
  campaign::records& campaigns;
  campaign::queue& campaign_queue;
  mailer::previewer& previewer;
  mailer::records& mails;
};

/// Writes rows that no actor decides about, and waits until they are durable. Refused: conflict (a guard or
/// constraint of the database), unavailable.
boost::asio::awaitable<outcome<done>> write_rows(office_services& with, commit rows);

} // namespace foyer::http::staff
