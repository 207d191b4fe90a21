#pragma once

#include "actors/household/household.hpp"
#include "http/house_services.hpp"
#include "http/problem.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>

namespace foyer::http {

/// A household whose members are shown or changed, by staff or by its own people (H5, S8).
struct at_household {
  organisation::snapshot_ptr at;
  household::state of;
  std::optional<std::int64_t> expected; // If-Match
  time_point now;
  /// Makes the audit entry of an action; none of its own people's.
  std::function<household::audit(std::string action)> audit = [](const std::string&) {
    return household::audit{};
  };
};

/// The routes …/members and …/members/{member}. 404 for a member of somebody else; 422 answers_missing for
/// mandatory fields; 409 conflict for the removal of the responsible person.
response list_members(const at_household& here);
response get_member(const at_household& here, const request& in);
boost::asio::awaitable<response> add_member(house_services& with, at_household here, request& in);
boost::asio::awaitable<response> change_member(house_services& with, at_household here, request& in);
boost::asio::awaitable<response> remove_member(house_services& with, at_household here, request& in);

/// A handler that enters the household by `Enter` (an awaitable<outcome<at_household>> of services and
/// request) and then does one of those that change.
template <auto Enter, auto Act>
boost::asio::awaitable<response> enter_and(house_services& with, request& in) {
  auto here = co_await Enter(with, in);
  if (!here) co_return problem_of(here.error());
  co_return co_await Act(with, std::move(*here), in);
}

} // namespace foyer::http
