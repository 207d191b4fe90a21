#pragma once

#include "actors/offer/offers.hpp"
#include "http/house_services.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace foyer::http {

/// The offers of an organisation in order of creation, each as its actor knows it now; `shop` empty: of all
/// points of sale, archived ones too.
boost::asio::awaitable<outcome<std::vector<offer::state>>> read_offers(house_services& with,
                                                                       organisation_id at, std::string shop);

/// Only their ids.
boost::asio::awaitable<outcome<std::vector<offer_id>>> read_offer_ids(house_services& with,
                                                                      organisation_id at, std::string shop);

} // namespace foyer::http
