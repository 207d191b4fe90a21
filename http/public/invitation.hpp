#pragma once

#include "http/account_services.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace foyer::http {

/// The activation request of a household (H2, I3), found by its token.
struct invitation {
  household_id household;
  account::token token; // its subject is the invited address
};
/// None: it is no such token.
boost::asio::awaitable<outcome<std::optional<invitation>>> find_invitation(account_services& with,
                                                                           std::string token);

/// What its receiver chose.
struct acceptance {
  std::optional<std::string> password;
  std::optional<std::string> username;
  bool token_mode = false;
};

/// Links the household to the account of the invited address. Without an account, one is opened with the
/// password: 201 session. With one, its own session has to ask: 200 session; 403 login_required without a
/// session, 409 other_account with another's. 409 conflict when the account has a household here already.
boost::asio::awaitable<response> accept_invitation(account_services& with, request& in, invitation by,
                                                   acceptance chosen);

} // namespace foyer::http
