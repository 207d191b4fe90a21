#pragma once

#include "http/house_services.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <boost/asio/awaitable.hpp>

namespace foyer::http {

/// One page of a wallet's ledger, newest first, as `?limit=` and `?cursor=` ask for it.
boost::asio::awaitable<response> entries_page(house_services& with, const request& in, organisation_id at,
                                              household_id whose, currency unit, bool for_staff);

} // namespace foyer::http
