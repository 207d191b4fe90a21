#pragma once

#include "actors/household/household.hpp"
#include "actors/order/loader.hpp"
#include "http/caller.hpp"
#include "http/house_services.hpp"
#include "http/request.hpp"
#include "http/router.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace foyer::http::buyer {

/// Somebody in my space: a login with its household at this organisation, or a my-space session (S6).
struct visitor {
  organisation::snapshot_ptr at;
  /// Set: logged in.
  std::shared_ptr<const caller_account> account;
  /// Set: a door that opened one order alone (H3); then there is neither account nor household.
  std::optional<order_id> only_order;
  /// None: the account has no household here yet.
  std::optional<household::state> of;
  time_point now;

  [[nodiscard]] const currency& unit() const noexcept { return at->unit; }
  /// S5: which orders are shown. Meaningless without a household.
  [[nodiscard]] order::filter sees() const;
  [[nodiscard]] wallet::origin origin() const;
};

/// Who visits the organisation of the path. Refused: not_found (no such organisation, or a my-space session
/// of another one).
boost::asio::awaitable<outcome<visitor>> visitor_of(house_services& with, const request& in);

/// The same, but only with a household: for what an order's number alone does not open. Refused: forbidden
/// for such a session.
boost::asio::awaitable<outcome<visitor>> household_visitor_of(house_services& with, const request& in);

/// How a route of my space is declared.
constexpr route_info space_route(std::string_view operation) {
  return {.operation = operation, .access = access::session, .group = "buyer"};
}

} // namespace foyer::http::buyer
