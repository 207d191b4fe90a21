#include "http/staff/staff_request.hpp"

#include "http/organisation_of.hpp"

namespace foyer::http::staff {

namespace asio = boost::asio;

uuid staff_request::fresh_id() const {
  return new_uuid(std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
}

staff_change_row staff_request::audit(std::string action, std::string subject_kind,
                                      std::optional<uuid> subject) const {
  staff_change_row row;
  row.organisation = at->id;
  row.id = fresh_id();
  row.account = who.id;
  row.action = std::move(action);
  row.subject_kind = std::move(subject_kind);
  row.subject = subject;
  row.at = now;
  return row;
}

asio::awaitable<outcome<staff_request>> staff_of(house_services& with, const request& in) {
  auto at = co_await organisation_of(with.organisations, in);
  if (!at) co_return at.error();
  const auto* who = account_of(in);
  if (who == nullptr) co_return errc::not_found;
  const auto role = who->role_at((*at)->id);
  if (!role) co_return errc::not_found;
  co_return staff_request{*at, *who, *role, with.clock.now()};
}

asio::awaitable<outcome<household::state>> household_of(house_services& with, const staff_request& by,
                                                        const request& in) {
  const auto id = parse_uuid(in.parameter("household"));
  if (!id) co_return errc::not_found;
  auto found = co_await runtime::ask_entity(with.households, household_id{*id}, household::get_view{});
  if (!found) co_return found.error();
  // What belongs to another organisation does not exist here.
  if (found->organisation != by.at->id) co_return errc::not_found;
  co_return std::move(*found);
}

} // namespace foyer::http::staff
