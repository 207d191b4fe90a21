#pragma once

#include "actors/account/accounts.hpp"
#include "actors/account/supplier.hpp"
#include "actors/household/households.hpp"
#include "actors/merge/merge.hpp"
#include "actors/organisation/organisations.hpp"
#include "actors/password/hash_pool.hpp"
#include "actors/password/policy.hpp"
#include "actors/session/sessions.hpp"
#include "http/site.hpp"
#include "http/throttle.hpp"

namespace foyer::http {

/// What the routes about accounts and sessions ask. All of it outlives the router.
struct account_services {
  account::registry& accounts;
  account::finder& finder;
  const account::supplier& supplier;
  session::store& sessions;
  password::hash_pool& hashes;
  organisation::registry& organisations;
  household::registry& households;
  http::throttle& throttle;
  const http::site& site;
  const config::settings& settings;
  merge::services& merging;
};

} // namespace foyer::http
