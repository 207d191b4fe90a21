#pragma once

#include "http/buyer/order_json.hpp"
#include "http/buyer/visitor.hpp"

namespace foyer::http::buyer {

/// H3: who came by an order's number reads nothing of the household.
inline reader reader_of(const visitor& who) noexcept {
  return who.only_order ? reader::unproven : reader::known;
}

/// The order of a session that shows one alone (H3).
boost::asio::awaitable<outcome<order::state>> only_order_of(house_services& with, const visitor& who);

/// Whether the visitor sees this order (S5).
bool may_see(const visitor& who, const order::state& of);

/// The order with the path's {number}, where the visitor sees it (S5); not_found otherwise.
boost::asio::awaitable<outcome<order::state>> order_of(house_services& with, const visitor& who,
                                                       const request& in);

/// The tickets of an order, each with what the list of tickets shows beside it.
std::vector<order::shown_ticket> tickets_of(const order::state& of);

/// The ticket with the path's {ticket}, where the visitor sees it; not_found otherwise.
boost::asio::awaitable<outcome<order::shown_ticket>> ticket_of(house_services& with, const visitor& who,
                                                               const request& in);

} // namespace foyer::http::buyer
