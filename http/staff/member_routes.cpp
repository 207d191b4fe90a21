#include "http/staff/member_routes.hpp"

#include "http/bind.hpp"
#include "http/household_json.hpp"
#include "http/member_actions.hpp"
#include "http/staff/staff_request.hpp"
#include "http/version.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;

asio::awaitable<outcome<at_household>> enter(house_services& with, const request& in) {
  auto by = co_await staff_of(with, in);
  if (!by) co_return by.error();
  auto of = co_await household_of(with, *by, in);
  if (!of) co_return of.error();
  const auto expected = expected_version(in);
  if (!expected) co_return expected.error();
  at_household out{by->at, std::move(*of), *expected, by->now};
  out.audit = [who = *by, subject = out.of.id.value](std::string action) {
    return household::audit{who.audit(std::move(action), "household", subject), household_record_json};
  };
  co_return out;
}

asio::awaitable<response> list(house_services& with, request& in) {
  auto here = co_await enter(with, in);
  if (!here) co_return problem_of(here.error());
  co_return list_members(*here);
}

asio::awaitable<response> get(house_services& with, request& in) {
  auto here = co_await enter(with, in);
  if (!here) co_return problem_of(here.error());
  co_return get_member(*here, in);
}

} // namespace

void add_member_routes(router& to, house_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff/households/{household}/members";
  const std::string one = base + "/{member}";
  to.add(verb::get, base, bind<list>(with), staff_route("staff_list_members", client_readers));
  to.add(verb::post, base, bind<enter_and<enter, add_member>>(with),
         staff_route("staff_add_member", client_writers));
  to.add(verb::get, one, bind<get>(with), staff_route("staff_get_member", client_readers));
  to.add(verb::patch, one, bind<enter_and<enter, change_member>>(with),
         staff_route("staff_change_member", client_writers));
  to.add(verb::delete_, one, bind<enter_and<enter, remove_member>>(with),
         staff_route("staff_remove_member", client_writers));
}

} // namespace foyer::http::staff
