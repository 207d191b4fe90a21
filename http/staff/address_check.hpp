#pragma once

#include "actors/vocabulary/email.hpp"
#include "http/problem.hpp"
#include "http/staff/office_services.hpp"
#include "http/staff/staff_request.hpp"

namespace foyer::http::staff {

/// What the installation has for an address.
enum class account_standing { none, unconfirmed, active };
struct address_on_platform {
  account_standing standing = account_standing::none;
  std::optional<account_id> account;
};

/// Whether the address has an account on the installation: the one thing that staff learn of other
/// organisations' clients (H1), so each question is counted and recorded, `action` in the audit log. Refused:
/// rate_limited and what reading and writing may bring; `refused` is the answer then.
struct address_answer {
  std::optional<problem> refused;
  address_on_platform found;
};
boost::asio::awaitable<address_answer> look_up_address(office_services& with, const staff_request& by,
                                                       email_address address, std::string action);

/// GET /email-check (H1).
void add_address_routes(router& to, office_services& with);

} // namespace foyer::http::staff
