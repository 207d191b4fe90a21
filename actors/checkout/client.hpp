#pragma once

#include "actors/checkout/checkout.hpp"

#include <boost/asio/awaitable.hpp>

namespace foyer::checkout {

/// Whose an order is: a household that there is, or one that the order will make.
struct client {
  household::state whose;
  bool is_new = false;
};

/// By the household that the command names, else by its account, else by the address that a guest typed (H3).
/// Where two were merged, the one that goes on. Refused: invalid (no address), not_found (of another
/// organisation).
boost::asio::awaitable<outcome<client>> find_client(services& with, const place_order& command,
                                                    time_point at);

} // namespace foyer::checkout
