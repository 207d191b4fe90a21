#pragma once

#include "actors/checkout/checkout.hpp"
#include "actors/household/client_files.hpp"
#include "actors/organisation/organisations.hpp"

#include <boost/asio/awaitable.hpp>

namespace foyer::checkout {

/// H12: a new household joins the organisation's open courses, its responsible person in each, free of charge
/// and without a mail. A course that is full, over, or not for that age is left out. The deadline that the
/// database wrote with the household ends with it; after a crash, or while the database is away, it is met
/// again, and what was joined already is not joined twice.
boost::asio::awaitable<void> join_open_courses(services& with, household::files& files,
                                               organisation::registry& organisations, organisation_id at,
                                               household_id who);

} // namespace foyer::checkout
