#include "http/buyer/my_orders_routes.hpp"

#include "actors/runtime/ask.hpp"
#include "http/bind.hpp"
#include "http/buyer/find_orders.hpp"
#include "http/buyer/qr_svg.hpp"
#include "http/list_json.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"

namespace foyer::http::buyer {
namespace {

namespace asio = boost::asio;
using runtime::await_reply;

// The list of a session that shows one order alone.
std::vector<order::shown_benefit> benefits_of(const order::state& of) {
  std::vector<order::shown_benefit> out;
  for (const auto& each : of.benefits)
    out.push_back({each, of.id, of.number, title_of(of, each.line_position)});
  return out;
}

asio::awaitable<outcome<order::page>> read_orders(house_services& with, const visitor& who,
                                                  const order::filter& which) {
  if (who.only_order) {
    auto only = co_await only_order_of(with, who);
    if (!only) co_return only.error();
    order::page out;
    out.orders.push_back(std::move(*only));
    co_return out;
  }
  if (!which.household) co_return order::page{};
  co_return co_await await_reply<order::page>(
      [&](reply<order::page> back) { with.orders.list_orders(which, std::move(back)); });
}

asio::awaitable<outcome<order::ticket_page>> read_tickets(house_services& with, const visitor& who,
                                                          const order::filter& which,
                                                          const std::optional<order::ticket_place>& after) {
  if (who.only_order) {
    auto only = co_await only_order_of(with, who);
    if (!only) co_return only.error();
    co_return order::ticket_page{tickets_of(*only), false};
  }
  if (!which.household) co_return order::ticket_page{};
  co_return co_await await_reply<order::ticket_page>(
      [&](reply<order::ticket_page> back) { with.orders.list_tickets(which, after, std::move(back)); });
}

using benefits = std::vector<order::shown_benefit>;

asio::awaitable<outcome<benefits>> read_benefits(house_services& with, const visitor& who) {
  if (who.only_order) {
    auto only = co_await only_order_of(with, who);
    if (!only) co_return only.error();
    co_return benefits_of(*only);
  }
  const auto which = who.sees();
  if (!which.household) co_return benefits{};
  co_return co_await await_reply<benefits>(
      [&](reply<benefits> back) { with.orders.list_benefits(which, std::move(back)); });
}

asio::awaitable<response> list_orders(house_services& with, request& in) {
  const auto asked = paging_of<order_id>(in);
  if (!asked) co_return problem_of(asked.error());
  auto who = co_await visitor_of(with, in);
  if (!who) co_return problem_of(who.error());
  auto which = who->sees();
  which.limit = asked->limit;
  which.before = asked->after;
  auto page = co_await read_orders(with, *who, which);
  if (!page) co_return problem_of(page.error());
  const auto append = [&](json::writer& out, const order::state& each) {
    append_order(out, each, *who->at, with.secret, reader_of(*who));
  };
  co_return json_response(
      200, list_json(page->orders, append, next_cursor(page->more, page->orders, &order::state::id)));
}

asio::awaitable<response> get_order(house_services& with, request& in) {
  auto who = co_await visitor_of(with, in);
  if (!who) co_return problem_of(who.error());
  auto found = co_await order_of(with, *who, in);
  if (!found) co_return problem_of(found.error());
  co_return json_response(200, order_json(*found, *who->at, with.secret, reader_of(*who)));
}

void append_shown(json::writer& out, const order::shown_ticket& of, const server_secret& secret) {
  out.begin_object();
  append_ticket_fields(out, of.of, of.title, secret);
  out.field("order_id", of.order).field("order_number", of.order_number).end_object();
}

asio::awaitable<response> list_tickets(house_services& with, request& in) {
  const auto asked = paging_of<order::ticket_place>(in);
  if (!asked) co_return problem_of(asked.error());
  auto who = co_await visitor_of(with, in);
  if (!who) co_return problem_of(who.error());
  auto which = who->sees();
  which.limit = asked->limit;
  auto page = co_await read_tickets(with, *who, which, asked->after);
  if (!page) co_return problem_of(page.error());
  const auto& all = page->tickets;
  const auto append = [&](json::writer& out, const order::shown_ticket& each) {
    append_shown(out, each, with.secret);
  };
  const auto mark = [](const order::shown_ticket& each) {
    return order::ticket_place{each.order, each.of.position};
  };
  co_return json_response(200, list_json(all, append, next_cursor(page->more, all, mark)));
}

// S1. A cancelled ticket has no code to show.
asio::awaitable<response> get_qr(house_services& with, request& in) {
  auto who = co_await visitor_of(with, in);
  if (!who) co_return problem_of(who.error());
  auto found = co_await ticket_of(with, *who, in);
  if (!found) co_return problem_of(found.error());
  if (found->of.status == order::ticket_status::cancelled) co_return not_found();
  auto picture = qr_svg(with.secret.ticket_code(found->of.id, found->of.offer));
  if (picture.empty()) co_return internal();
  co_return response(200, "image/svg+xml", std::move(picture));
}

asio::awaitable<response> list_benefits(house_services& with, request& in) {
  auto who = co_await visitor_of(with, in);
  if (!who) co_return problem_of(who.error());
  auto found = co_await read_benefits(with, *who);
  if (!found) co_return problem_of(found.error());
  const auto append = [&](json::writer& out, const order::shown_benefit& each) {
    out.begin_object();
    append_benefit_fields(out, each.of, *who->at);
    out.field("title", each.title).field("order_number", each.order_number).end_object();
  };
  co_return json_response(200, list_json(*found, append));
}

} // namespace

void add_my_orders_routes(router& to, house_services& with) {
  const std::string base = "/api/v1/me/orgs/{org}";
  to.add(verb::get, base + "/orders", bind<list_orders>(with), space_route("list_my_orders"));
  to.add(verb::get, base + "/orders/{number}", bind<get_order>(with), space_route("get_my_order"));
  to.add(verb::get, base + "/tickets", bind<list_tickets>(with), space_route("list_my_tickets"));
  to.add(verb::get, base + "/tickets/{ticket}/qr.svg", bind<get_qr>(with), space_route("get_my_ticket_qr"));
  to.add(verb::get, base + "/benefits", bind<list_benefits>(with), space_route("list_my_benefits"));
}

} // namespace foyer::http::buyer
