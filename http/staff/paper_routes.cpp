#include "http/staff/paper_routes.hpp"

#include "http/bind.hpp"
#include "http/find_papers.hpp"
#include "http/papers_json.hpp"
#include "http/papers_of_orders.hpp"
#include "http/staff/staff_request.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using runtime::await_reply;

asio::awaitable<outcome<order::state>> order_of(house_services& with, const staff_request& by,
                                                const request& in) {
  const std::string number{in.parameter("number")};
  co_return co_await await_reply<order::state>(
      [&](reply<order::state> back) { with.orders.load_order(by.at->id, number, std::move(back)); });
}

// Where the client lives, as papers say it.
asio::awaitable<std::string> address_of(house_services& with, const order::state& of) {
  if (!of.household) co_return std::string{};
  auto view = co_await runtime::ask_entity(with.households, *of.household, household::get_view{});
  if (!view) co_return std::string{};
  co_return view->address;
}

asio::awaitable<response> get_tickets(paper_services& with, const staff_request& by, request& in) {
  auto found = co_await order_of(with.house, by, in);
  if (!found) co_return problem_of(found.error());
  co_return co_await tickets_pdf(with, *by.at, *found, std::nullopt, found->locale);
}

asio::awaitable<response> get_receipt(paper_services& with, const staff_request& by, request& in) {
  auto found = co_await order_of(with.house, by, in);
  if (!found) co_return problem_of(found.error());
  std::string body;
  json::writer out(body);
  append_receipt(out, *found, *by.at);
  co_return json_response(200, std::move(body));
}

asio::awaitable<response> get_receipt_pdf(paper_services& with, const staff_request& by, request& in) {
  auto found = co_await order_of(with.house, by, in);
  if (!found) co_return problem_of(found.error());
  auto address = co_await address_of(with.house, *found);
  co_return co_await receipt_pdf(with, *by.at, *found, std::move(address), found->locale);
}

asio::awaitable<response> get_invoice(paper_services& with, const staff_request& by, request& in) {
  const std::string id{in.parameter("invoice")};
  auto found = co_await find_paper(with, *by.at, id);
  if (!found) co_return problem_of(found.error());
  auto address = co_await address_of(with.house, found->of);
  co_return co_await paper_pdf(with, *by.at, *found, std::move(address), found->of.locale);
}

} // namespace

void add_paper_routes(router& to, paper_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff";
  const auto order = base + "/orders/{number}";
  to.add(verb::get, order + "/tickets.pdf", bind_staff<get_tickets>(with),
         staff_route("staff_get_tickets_pdf", client_readers));
  to.add(verb::get, order + "/receipt", bind_staff<get_receipt>(with),
         staff_route("staff_get_receipt", client_readers));
  to.add(verb::get, order + "/receipt.pdf", bind_staff<get_receipt_pdf>(with),
         staff_route("staff_get_receipt_pdf", client_readers));
  to.add(verb::get, base + "/invoices/{invoice}.pdf", bind_staff<get_invoice>(with),
         staff_route("staff_get_invoice_pdf", client_readers));
}

} // namespace foyer::http::staff
