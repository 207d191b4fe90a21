#pragma once

#include "actors/organisation/organisation.hpp"
#include "actors/runtime/ask.hpp"
#include "http/bind.hpp"
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

/// The house among any services of the back office.
inline house_services& house_of(house_services& with) {
  return with;
}
template <class Services>
house_services& house_of(Services& with) {
  if constexpr (requires { with.office; })
    return with.office.house;
  else
    return with.house;
}

template <auto Handle, class Services>
boost::asio::awaitable<response> enter_as_staff(Services& with, request& in) {
  const auto by = co_await staff_of(house_of(with), in);
  if (!by) co_return problem_of(by.error());
  co_return co_await Handle(with, *by, in);
}

template <auto Handle, class Services>
boost::asio::awaitable<response> enter_at_client(Services& with, request& in) {
  const auto by = co_await staff_of(house_of(with), in);
  if (!by) co_return problem_of(by.error());
  const auto of = co_await household_of(house_of(with), *by, in);
  if (!of) co_return problem_of(of.error());
  co_return co_await Handle(with, *by, *of, in);
}

/// A handler of a free coroutine `awaitable<response> f(Services&, const staff_request&, request&)`; whoever
/// has no role there gets 404 before it.
template <auto Handle, class Services>
handler bind_staff(Services& with) {
  return bind<enter_as_staff<Handle, Services>>(with);
}
/// The same of `f(Services&, const staff_request&, const household::state&, request&)`, about the household
/// of the path.
template <auto Handle, class Services>
handler bind_client(Services& with) {
  return bind<enter_at_client<Handle, Services>>(with);
}

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
