#include "http/staff/address_check.hpp"

#include "actors/vocabulary/json_text.hpp"
#include "http/account_flow.hpp"
#include "http/bind.hpp"
#include "http/json/writer.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

asio::awaitable<outcome<address_on_platform>> find_on_platform(office_services& with, std::string key) {
  address_on_platform out;
  const auto found = co_await find_by_email(with.accounts, std::move(key));
  if (!found) co_return found.error();
  if (!*found) co_return out;
  const auto view = co_await ask_entity(with.accounts.accounts, **found, account::get_view{});
  if (!view && view.error().code == errc::not_found) co_return out; // removed a moment ago
  if (!view) co_return view.error();
  out.account = **found;
  out.standing = view->active ? account_standing::active : account_standing::unconfirmed;
  co_return out;
}

asio::awaitable<response> get_email_check(office_services& with, const staff_request& by, request& in) {
  const auto address = parse_email(in.query("email").value_or(""));
  household::maybe_id client;
  bool on_platform = false;
  if (address) {
    auto looked = co_await look_up_address(with, by, *address, "email.check");
    if (looked.refused) co_return *looked.refused;
    // An address that nobody has confirmed may be anybody's, and says nothing.
    on_platform = looked.found.standing == account_standing::active;
    auto found = co_await await_reply<household::maybe_id>([&](reply<household::maybe_id> back) {
      with.house.households.find_by_email(by.at->id, address->key, household::with_account::any,
                                          std::move(back));
    });
    if (!found) co_return problem_of(found.error());
    client = *found;
  }
  std::string body;
  json::writer out(body);
  out.begin_object().field("valid", address.has_value()).field("in_organisation", client);
  out.field("on_platform", on_platform).end_object();
  co_return json_response(200, std::move(body));
}

} // namespace

asio::awaitable<address_answer> look_up_address(office_services& with, const staff_request& by,
                                                email_address address, std::string action) {
  address_answer out;
  const auto key = to_string(by.who.id);
  if (const auto wait = with.accounts.throttle.take(budget::address_checks, key, throttle::steady::now())) {
    out.refused = rate_limited(*wait);
    co_return out;
  }
  auto found = co_await find_on_platform(with, address.key);
  if (!found) {
    out.refused = problem_of(found.error());
    co_return out;
  }
  out.found = *found;
  auto entry = by.audit(std::move(action), "email", std::nullopt);
  entry.after = json_object{}.add("email", address.shown).text();
  commit rows;
  rows.cold.emplace_back(std::move(entry));
  const auto written = co_await write_rows(with, std::move(rows));
  if (!written) out.refused = problem_of(written.error());
  co_return out;
}

void add_address_routes(router& to, office_services& with) {
  to.add(verb::get, "/api/v1/orgs/{org}/staff/email-check", bind_staff<get_email_check>(with),
         staff_route("staff_check_email", client_readers));
}

} // namespace foyer::http::staff
