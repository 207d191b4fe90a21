#include "http/buyer/find_orders.hpp"

#include "actors/runtime/ask.hpp"

namespace foyer::http::buyer {
namespace {

namespace asio = boost::asio;
using runtime::await_reply;

// S5: the same rule as the lists have, for one order.
bool shown(const order::state& of, const order::filter& to, const organisation::snapshot& at) {
  if (of.organisation != to.organisation || !to.household || of.household != to.household) return false;
  if (!to.only_of_account || of.account == to.only_of_account) return true;
  const auto* shop = at.find_shop(of.shop);
  const bool guest = !of.account && shop != nullptr && !shop->box_office;
  if (guest && to.claimed_email && equal_ignoring_case(of.buyer_email, *to.claimed_email)) return true;
  return to.box_office_since && of.created_at >= *to.box_office_since && shop != nullptr && shop->box_office;
}

} // namespace

asio::awaitable<outcome<order::state>> only_order_of(house_services& with, const visitor& who) {
  return await_reply<order::state>([&with, id = *who.only_order](reply<order::state> back) {
    with.orders.load_order(id, std::move(back));
  });
}

bool may_see(const visitor& who, const order::state& of) {
  return who.only_order ? of.id == *who.only_order : shown(of, who.sees(), *who.at);
}

asio::awaitable<outcome<order::state>> order_of(house_services& with, const visitor& who, const request& in) {
  const std::string number{in.parameter("number")};
  auto found = co_await await_reply<order::state>(
      [&](reply<order::state> back) { with.orders.load_order(who.at->id, number, std::move(back)); });
  if (!found) co_return found.error();
  if (!may_see(who, *found)) co_return errc::not_found;
  co_return found;
}

std::vector<order::shown_ticket> tickets_of(const order::state& of) {
  std::vector<order::shown_ticket> out;
  for (const auto& each : of.tickets)
    out.push_back({each, of.id, of.number, title_of(of, each.line_position)});
  return out;
}

asio::awaitable<outcome<order::shown_ticket>> ticket_of(house_services& with, const visitor& who,
                                                        const request& in) {
  const auto id = parse_uuid(in.parameter("ticket"));
  if (!id) co_return errc::not_found;
  if (who.only_order) {
    auto only = co_await only_order_of(with, who);
    if (!only) co_return only.error();
    for (auto& each : tickets_of(*only))
      if (each.of.id.value == *id) co_return std::move(each);
    co_return errc::not_found;
  }
  const auto which = who.sees();
  if (!which.household) co_return errc::not_found;
  co_return co_await await_reply<order::shown_ticket>([&](reply<order::shown_ticket> back) {
    with.orders.load_ticket(which, ticket_id{*id}, std::move(back));
  });
}

} // namespace foyer::http::buyer
