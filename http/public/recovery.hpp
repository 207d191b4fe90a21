#pragma once

#include "http/account_services.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <boost/asio/awaitable.hpp>

namespace foyer::http {

/// POST /password-resets (A5): 202 always.
boost::asio::awaitable<response> post_password_reset(account_services& with, request& in);
/// POST /password-resets/confirm.
boost::asio::awaitable<response> post_password_reset_confirm(account_services& with, request& in);
/// POST /email-changes/confirm and /email-changes/undo (A7).
boost::asio::awaitable<response> post_email_change_confirm(account_services& with, request& in);
boost::asio::awaitable<response> post_email_change_undo(account_services& with, request& in);
/// POST /invitations/accept: staff choose their first password (A12).
boost::asio::awaitable<response> post_invitation_accept(account_services& with, request& in);

} // namespace foyer::http
