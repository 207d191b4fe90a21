#pragma once

#include "actors/checkout/checkout.hpp"
#include "actors/household/client_files.hpp"
#include "actors/journal.hpp"
#include "http/house_services.hpp"

#include <boost/asio/awaitable.hpp>

namespace foyer::http {

/// What the routes of a client's file ask beside the house: skills, cards, documents, courses. All of it
/// outlives the router.
struct client_services {
  house_services& house;
  foyer::journal& journal;
  household::files& files;
  checkout::services& checkout;
};

/// Writes rows that no actor decides about, and waits until they are durable. Refused: not_found (a guard of
/// the database: the record is gone or somebody else's), conflict (a unique constraint, named in `detail`),
/// unavailable.
boost::asio::awaitable<outcome<done>> write_client_rows(client_services& with, commit rows);

} // namespace foyer::http
