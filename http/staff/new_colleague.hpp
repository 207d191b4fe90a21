#pragma once

#include "actors/vocabulary/email.hpp"
#include "http/problem.hpp"
#include "http/staff/office_services.hpp"
#include "http/staff/staff_request.hpp"

namespace foyer::http::staff {

/// Somebody who is to have a role (A12).
struct new_colleague {
  email_address email;
  organisation::role role = organisation::role::auditor;
  std::string first_name; // both empty: the local part of the address names them until they say otherwise
  std::string last_name;
  std::string locale; // empty: the organisation's
};

/// Gives the role, with its audit entry. An address without a confirmed account gets a mail with a link to
/// choose a password, and an account where there is none. Refused: rate_limited (mails to that address),
/// unavailable.
struct colleague_answer {
  std::optional<problem> refused;
  account_id account;
};
boost::asio::awaitable<colleague_answer> add_colleague(office_services& with, const staff_request& by,
                                                       const new_colleague& who);

} // namespace foyer::http::staff
