#pragma once

#include "actors/household/households.hpp"
#include "actors/merge/merge.hpp"
#include "actors/offer/offers.hpp"
#include "actors/order/loader.hpp"
#include "actors/organisation/organisations.hpp"
#include "actors/session/sessions.hpp"
#include "actors/wallet/ledger.hpp"
#include "actors/wallet/wallets.hpp"
#include "http/idempotency.hpp"

namespace foyer::http {

/// What the public, back-office and my-space routes ask. All of it outlives the router.
struct house_services {
  organisation::registry& organisations;
  household::registry& households;
  household::list& household_list;
  wallet::registry& wallets;
  wallet::ledger& ledger;
  offer::registry& offers;
  offer::loader& offer_list;
  order::loader& orders;
  http::idempotency& idempotent;
  const clock_source& clock;
  const server_secret& secret;
  session::store& sessions;
  merge::records& merges;
  merge::services& merging;
};

} // namespace foyer::http
