#include "http/buyer/wallet_routes.hpp"

#include "actors/runtime/ask.hpp"
#include "http/bind.hpp"
#include "http/buyer/visitor.hpp"
#include "http/entries_page.hpp"
#include "http/household_json.hpp"
#include "http/problem.hpp"

namespace foyer::http::buyer {
namespace {

namespace asio = boost::asio;

asio::awaitable<response> get_wallet(house_services& with, request& in) {
  auto who = co_await household_visitor_of(with, in);
  if (!who) co_return problem_of(who.error());
  if (!who->of) co_return json_response(200, wallet_json({}, who->unit(), std::nullopt)); // nothing yet
  auto purse = co_await runtime::ask_entity(with.wallets, who->of->id, wallet::get_view{});
  if (!purse) co_return problem_of(purse.error());
  co_return json_response(200, wallet_json(*purse, who->unit(), std::nullopt));
}

asio::awaitable<response> list_entries(house_services& with, request& in) {
  auto who = co_await household_visitor_of(with, in);
  if (!who) co_return problem_of(who.error());
  if (!who->of) co_return json_response(200, R"({"items":[],"next_cursor":null})");
  co_return co_await entries_page(with, in, who->of->organisation, who->of->id, who->unit(), false);
}

} // namespace

void add_wallet_routes(router& to, house_services& with) {
  const std::string base = "/api/v1/me/orgs/{org}/wallet";
  to.add(verb::get, base, bind<get_wallet>(with), space_route("get_my_wallet"));
  to.add(verb::get, base + "/entries", bind<list_entries>(with), space_route("list_my_entries"));
}

} // namespace foyer::http::buyer
