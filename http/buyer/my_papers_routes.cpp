#include "http/buyer/my_papers_routes.hpp"

#include "actors/runtime/ask.hpp"
#include "http/bind.hpp"
#include "http/buyer/find_orders.hpp"
#include "http/find_papers.hpp"
#include "http/list_json.hpp"
#include "http/paging.hpp"
#include "http/papers_json.hpp"
#include "http/papers_of_orders.hpp"
#include "http/problem.hpp"

namespace foyer::http::buyer {
namespace {

namespace asio = boost::asio;

// A10: the language of who looks; through a door without login that of the order.
std::string language_of(const visitor& who, const order::state& of) {
  return who.account ? who.account->locale : of.locale;
}

asio::awaitable<response> get_ticket(paper_services& with, request& in) {
  auto who = co_await visitor_of(with.house, in);
  if (!who) co_return problem_of(who.error());
  auto found = co_await ticket_of(with.house, *who, in);
  if (!found) co_return problem_of(found.error());
  auto whole = co_await runtime::await_reply<order::state>(
      [&](reply<order::state> back) { with.house.orders.load_order(found->order, std::move(back)); });
  if (!whole) co_return problem_of(whole.error());
  co_return co_await tickets_pdf(with, *who->at, *whole, found->of.id, language_of(*who, *whole));
}

asio::awaitable<response> get_tickets(paper_services& with, request& in) {
  auto who = co_await visitor_of(with.house, in);
  if (!who) co_return problem_of(who.error());
  auto found = co_await order_of(with.house, *who, in);
  if (!found) co_return problem_of(found.error());
  co_return co_await tickets_pdf(with, *who->at, *found, std::nullopt, language_of(*who, *found));
}

// H3: whoever opens one order alone learns nothing of the household that it belongs to.
std::string address_of(const visitor& who) {
  return who.of && !who.only_order ? who.of->address : std::string{};
}

asio::awaitable<outcome<order::page>> orders_of(paper_services& with, const visitor& who,
                                                const paging<order_id>& asked) {
  order::page out;
  if (who.only_order) {
    auto only = co_await only_order_of(with.house, who);
    if (!only) co_return only.error();
    out.orders.push_back(std::move(*only));
    co_return out;
  }
  auto which = who.sees();
  if (!which.household) co_return out;
  which.limit = asked.limit;
  which.before = asked.after;
  co_return co_await runtime::await_reply<order::page>(
      [&](reply<order::page> back) { with.house.orders.list_orders(which, std::move(back)); });
}

// S2: of each order the invoice and then its credit notes, newest order first. Orders that have none count
// for the page as well.
asio::awaitable<response> list_invoices(paper_services& with, request& in) {
  const auto asked = paging_of<order_id>(in);
  if (!asked) co_return problem_of(asked.error());
  auto who = co_await visitor_of(with.house, in);
  if (!who) co_return problem_of(who.error());
  auto page = co_await orders_of(with, *who, *asked);
  if (!page) co_return problem_of(page.error());
  const auto append = [unit = who->unit()](json::writer& out, const order::state& each) {
    if (each.invoice_number == 0) return;
    append_invoice(out, each, unit, false);
    for (const auto& note : each.credit_notes) append_credit_note(out, each, note, unit, false);
  };
  co_return json_response(
      200, list_json(page->orders, append, next_cursor(page->more, page->orders, &order::state::id)));
}

asio::awaitable<response> get_invoice(paper_services& with, request& in) {
  auto who = co_await visitor_of(with.house, in);
  if (!who) co_return problem_of(who.error());
  const std::string id{in.parameter("invoice")};
  auto found = co_await find_paper(with, *who->at, id);
  if (!found) co_return problem_of(found.error());
  if (!may_see(*who, found->of)) co_return not_found();
  auto language = language_of(*who, found->of);
  co_return co_await paper_pdf(with, *who->at, *found, address_of(*who), std::move(language));
}

} // namespace

void add_my_papers_routes(router& to, paper_services& with) {
  const std::string base = "/api/v1/me/orgs/{org}";
  to.add(verb::get, base + "/tickets/{ticket}.pdf", bind<get_ticket>(with), space_route("get_my_ticket_pdf"));
  to.add(verb::get, base + "/orders/{number}/tickets.pdf", bind<get_tickets>(with),
         space_route("get_my_tickets_pdf"));
  to.add(verb::get, base + "/invoices", bind<list_invoices>(with), space_route("list_my_invoices"));
  to.add(verb::get, base + "/invoices/{invoice}.pdf", bind<get_invoice>(with),
         space_route("get_my_invoice_pdf"));
}

} // namespace foyer::http::buyer
