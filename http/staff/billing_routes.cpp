#include "http/staff/billing_routes.hpp"

#include "actors/imports/cells.hpp"
#include "actors/imports/csv.hpp"
#include "actors/vocabulary/local_year.hpp"
#include "http/bind.hpp"
#include "http/household_json.hpp"
#include "http/paging.hpp"
#include "http/papers_json.hpp"
#include "http/period_of.hpp"
#include "http/staff/purchases_json.hpp"
#include "http/staff/staff_request.hpp"
#include "http/staff/table_words.hpp"

#include <algorithm>
#include <set>

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using runtime::await_reply;

// All orders of the household, a page of them.
asio::awaitable<outcome<order::page>> orders_of(paper_services& with, const staff_request& by,
                                                const household_id& whose, const request& in) {
  const auto asked = paging_of<order_id>(in);
  if (!asked) co_return asked.error();
  order::filter which;
  which.organisation = by.at->id;
  which.household = whose;
  which.limit = asked->limit;
  which.before = asked->after;
  co_return co_await await_reply<order::page>(
      [&](reply<order::page> back) { with.house.orders.list_orders(which, std::move(back)); });
}

std::optional<std::string> cursor_of(const order::page& page) {
  return next_cursor(page.more, page.orders, &order::state::id);
}

std::string billing_json(const order::page& page, const wallet::state& purse, const staff_request& by) {
  const auto unit = by.unit();
  std::string body;
  json::writer out(body);
  out.begin_object().key("wallet").raw(wallet_json(purse, unit, by.at->options.floor_of(by.role)));
  out.key("invoices").begin_array();
  for (const auto& each : page.orders)
    if (each.invoice_number > 0) append_invoice(out, each, unit, true);
  out.end_array().key("payments").begin_array();
  for (const auto& each : page.orders)
    for (const auto& payment : each.payments) append_payment_of_order(out, each, payment, unit);
  out.end_array().key("credit_notes").begin_array();
  for (const auto& each : page.orders)
    for (const auto& note : each.credit_notes) append_credit_note(out, each, note, unit, true);
  out.end_array().field("next_cursor", cursor_of(page)).end_object();
  return body;
}

asio::awaitable<response> get_billing(paper_services& with, const staff_request& by,
                                      const household::state& of, request& in) {
  auto page = co_await orders_of(with, by, of.id, in);
  if (!page) co_return problem_of(page.error());
  auto purse = co_await runtime::ask_entity(with.house.wallets, of.id, wallet::get_view{});
  if (!purse) co_return problem_of(purse.error());
  co_return json_response(200, billing_json(*page, *purse, by));
}

asio::awaitable<response> get_purchases(paper_services& with, const staff_request& by,
                                        const household::state& of, request& in) {
  auto page = co_await orders_of(with, by, of.id, in);
  if (!page) co_return problem_of(page.error());
  std::set<offer_id> offers;
  for (const auto& each : page->orders)
    for (const auto& line : each.lines) offers.insert(line.offer);
  using kinds = std::map<offer_id, offer::kind>;
  const std::vector<offer_id> wanted(offers.begin(), offers.end());
  auto found = co_await await_reply<kinds>(
      [&](reply<kinds> back) { with.records.kinds_of(by.at->id, wanted, std::move(back)); });
  if (!found) co_return problem_of(found.error());
  co_return json_response(200, purchases_json(of, page->orders, *found, by.unit(), cursor_of(*page)));
}

struct asked_statement {
  staff_request by;
  household::state of;
  order::statement what;
};

asio::awaitable<outcome<asked_statement>> read_statement(paper_services& with, const request& in) {
  auto by = co_await staff_of(with.house, in);
  if (!by) co_return by.error();
  auto of = co_await household_of(with.house, *by, in);
  if (!of) co_return of.error();
  const auto days = period_of(in, *by->at);
  if (!days) co_return days.error();
  auto what = co_await await_reply<order::statement>(
      [&](reply<order::statement> back) { with.records.read_statement(*days, of->id, std::move(back)); });
  if (!what) co_return what.error();
  co_return asked_statement{std::move(*by), std::move(*of), std::move(*what)};
}

asio::awaitable<response> get_statement(paper_services& with, request& in) {
  auto found = co_await read_statement(with, in);
  if (!found) co_return problem_of(found.error());
  const auto& what = found->what;
  const auto unit = found->by.unit();
  std::string body;
  json::writer out(body);
  out.begin_object().field("household_id", found->of.id).field("from", what.from).field("to", what.to);
  out.field("time_zone", found->by.at->options.time_zone).field("opening", money{what.opening, unit});
  out.key("entries").begin_array();
  for (const auto& each : what.entries) append_entry(out, each, unit, true);
  out.end_array().field("closing", money{what.closing, unit}).end_object();
  co_return json_response(200, std::move(body));
}

std::string statement_csv(const asked_statement& of) {
  const auto& at = *of.by.at;
  const bool french = at.locale == "fr";
  const auto unit = std::string{at.unit.code()};
  const auto sum = [&](amount value) { return imports::write_amount(value, at.locale); };
  std::string out = "\xEF\xBB\xBF"; // spreadsheets take it for UTF-8 by that
  if (french)
    imports::append_line(out, {"Date", "Opération", "Commande", "Motif", "Montant", "Solde", "Devise"});
  else
    imports::append_line(out, {"Date", "Entry", "Order", "Reason", "Amount", "Balance", "Currency"});
  imports::append_line(out, {imports::write_day(of.what.from), french ? "Solde au début" : "Opening balance",
                             "", "", "", sum(of.what.opening), unit});
  for (const auto& each : of.what.entries)
    imports::append_line(out, {local_minute(at.options.time_zone, each.by.at),
                               std::string{name_of(each.kind).in(at.locale)}, each.order_number, each.reason,
                               sum(each.change), sum(each.balance_after), unit});
  imports::append_line(out, {imports::write_day(of.what.to), french ? "Solde à la fin" : "Closing balance",
                             "", "", "", sum(of.what.closing), unit});
  return out;
}

asio::awaitable<response> get_statement_csv(paper_services& with, request& in) {
  auto found = co_await read_statement(with, in);
  if (!found) co_return problem_of(found.error());
  response out(200, "text/csv; charset=utf-8", statement_csv(*found));
  out.header("Content-Disposition", "attachment; filename=\"statement.csv\"");
  co_return out;
}

} // namespace

void add_billing_routes(router& to, paper_services& with) {
  const std::string one = "/api/v1/orgs/{org}/staff/households/{household}";
  to.add(verb::get, one + "/billing", bind_client<get_billing>(with),
         staff_route("staff_get_billing", client_readers));
  to.add(verb::get, one + "/purchases", bind_client<get_purchases>(with),
         staff_route("staff_get_purchases", client_readers));
  to.add(verb::get, one + "/statements", bind<get_statement>(with),
         staff_route("staff_get_statement", client_readers));
  to.add(verb::get, one + "/statements.csv", bind<get_statement_csv>(with),
         staff_route("staff_get_statement_csv", client_readers));
}

} // namespace foyer::http::staff
