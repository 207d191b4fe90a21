#pragma once

#include "http/account_services.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <boost/asio/awaitable.hpp>

namespace foyer::http {

/// POST /accounts/confirm (A2), with the household of A1.
boost::asio::awaitable<response> post_confirmation(account_services& with, request& in);
/// POST /accounts/confirmation-mails (A2, A3): 202 always.
boost::asio::awaitable<response> post_confirmation_mail(account_services& with, request& in);

} // namespace foyer::http
