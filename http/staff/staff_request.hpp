#pragma once

#include "actors/organisation/organisation.hpp"
#include "actors/runtime/ask.hpp"
#include "http/caller.hpp"
#include "http/house_services.hpp"
#include "http/problem.hpp"
#include "http/router.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>

namespace foyer::http::staff {

/// A request by staff: where, who, and when. The gate has let the role through before.
struct staff_request {
  organisation::snapshot_ptr at;
  caller_account who;
  organisation::role role = organisation::role::auditor;
  time_point now;

  [[nodiscard]] const currency& unit() const noexcept { return at->unit; }
  [[nodiscard]] wallet::origin origin() const { return {wallet::actor_kind::staff, who.id, now}; }
  [[nodiscard]] std::string principal() const { return "account:" + to_string(who.id); }
  /// P2: an audit entry without before and after.
  [[nodiscard]] staff_change_row audit(std::string action, std::string subject_kind,
                                       std::optional<uuid> subject) const;
  [[nodiscard]] uuid fresh_id() const;
};

/// Refused: not_found (no such organisation, or no role there).
boost::asio::awaitable<outcome<staff_request>> staff_of(house_services& with, const request& in);

/// The household that the path's {household} names, of this organisation. Refused: not_found.
boost::asio::awaitable<outcome<household::state>> household_of(house_services& with, const staff_request& by,
                                                               const request& in);

/// The roles that may read and write clients, orders and wallets; `auditor` reads everything.
inline constexpr std::uint8_t client_writers = roles::administrator | roles::box_office;
inline constexpr std::uint8_t client_readers = client_writers | roles::auditor;

/// How a staff route is declared.
constexpr route_info staff_route(std::string_view operation, std::uint8_t who, bool idempotent = false) {
  return {.operation = operation,
          .access = access::staff,
          .roles = who,
          .idempotent = idempotent,
          .group = "staff"};
}

} // namespace foyer::http::staff
