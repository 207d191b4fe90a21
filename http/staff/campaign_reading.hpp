#pragma once

#include "http/router.hpp"
#include "http/staff/office_services.hpp"
#include "http/staff/staff_request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace foyer::http::staff {

/// Whom a campaign would write to, and whom not and why. `limit` 0 gives the counts alone.
boost::asio::awaitable<outcome<campaign::preview>> preview_of(office_services& with,
                                                              const campaign::selection& which,
                                                              std::optional<household_id> after, int limit);

/// For one client, staff hear at once why there will be no mail; none: there will be one.
boost::asio::awaitable<outcome<std::optional<campaign::reason>>> why_not(office_services& with,
                                                                         const campaign::selection& which);

/// The campaign as a row of its own commit. What is not of the selection is left to the caller.
campaign_row campaign_row_of(const campaign::selection& which, const uuid& id, const staff_request& by);

struct campaign_operations {
  std::string_view list;
  std::string_view get;
  std::string_view events;
};
/// BASE, BASE/{campaign} and BASE/{campaign}/events ({mailing} of balances): the campaigns of one kind, each
/// with its progress and its recipients (I4, I5).
void add_campaign_reading(router& to, office_services& with, campaign::kind of, const std::string& base,
                          const campaign_operations& names);

} // namespace foyer::http::staff
