#pragma once

#include "http/account_services.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <boost/asio/awaitable.hpp>

namespace foyer::http {

/// POST /accounts (A1, A8, A9): the same answer, in the same time, for new and known addresses.
boost::asio::awaitable<response> post_account(account_services& with, request& in);
/// POST /accounts/correction (A4): 202 always.
boost::asio::awaitable<response> post_correction(account_services& with, request& in);

} // namespace foyer::http
