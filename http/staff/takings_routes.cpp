#include "http/staff/takings_routes.hpp"

#include "actors/imports/cells.hpp"
#include "actors/imports/csv.hpp"
#include "http/bind.hpp"
#include "http/json/writer.hpp"
#include "http/period_of.hpp"
#include "http/staff/staff_request.hpp"
#include "http/staff/table_words.hpp"

#include <map>

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using order::taking;
using order::takings;

asio::awaitable<outcome<takings>> read_takings(paper_services& with, const staff_request& by,
                                               const request& in) {
  const auto days = period_of(in, *by.at);
  if (!days) co_return days.error();
  co_return co_await runtime::await_reply<takings>(
      [&](reply<takings> back) { with.records.read_takings(*days, std::move(back)); });
}

void append_seller(json::writer& out, const std::optional<order::seller>& of) {
  out.key("seller");
  if (!of) {
    out.null();
    return;
  }
  out.begin_object().field("id", of->id).field("name", of->name).end_object();
}

// The fields of a line or a sum, inside an object that is open.
void append_sums(json::writer& out, const taking& of, const currency& unit) {
  out.field("received", money{of.received, unit}).field("payments", of.payments);
  out.field("refunded", money{of.refunded, unit}).field("refunds", of.refunds);
  out.field("net", money{of.received - of.refunded, unit});
}

void add(taking& to, const taking& of) {
  to.received += of.received;
  to.payments += of.payments;
  to.refunded += of.refunded;
  to.refunds += of.refunds;
}

std::string takings_json(const takings& of, const organisation::snapshot& at) {
  const auto& unit = at.unit;
  std::map<order::payment_method, taking> by_method;
  taking all;
  std::string body;
  json::writer out(body);
  out.begin_object().field("from", of.from).field("to", of.to).field("time_zone", at.options.time_zone);
  out.key("lines").begin_array();
  for (const auto& each : of.lines) {
    out.begin_object().field("method", organisation::to_string(each.method));
    append_seller(out, each.by);
    append_sums(out, each, unit);
    out.end_object();
    add(by_method[each.method], each);
    add(all, each);
  }
  out.end_array().key("methods").begin_array();
  for (const auto& [method, sums] : by_method) {
    out.begin_object().field("method", organisation::to_string(method));
    append_sums(out, sums, unit);
    out.end_object();
  }
  out.end_array().key("total").begin_object();
  append_sums(out, all, unit);
  out.end_object().key("wallet_entries").begin_array();
  for (const auto& each : of.wallet_entries) {
    out.begin_object().field("kind", to_string(each.kind));
    append_seller(out, each.by);
    out.field("amount", money{each.sum, unit}).field("count", each.count).end_object();
  }
  out.end_array().end_object();
  return body;
}

asio::awaitable<response> get_takings(paper_services& with, const staff_request& by, request& in) {
  auto found = co_await read_takings(with, by, in);
  if (!found) co_return problem_of(found.error());
  co_return json_response(200, takings_json(*found, *by.at));
}

asio::awaitable<response> get_takings_csv(paper_services& with, const staff_request& by, request& in) {
  auto found = co_await read_takings(with, by, in);
  if (!found) co_return problem_of(found.error());
  const auto& locale = by.at->locale;
  const bool french = locale == "fr";
  const auto sum = [&](amount of) { return imports::write_amount(of, locale); };
  std::string body = "\xEF\xBB\xBF"; // spreadsheets take it for UTF-8 by that
  if (french)
    imports::append_line(body, {"Du", "Au", "Moyen de paiement", "Vendeur", "Encaissé", "Paiements",
                                "Remboursé", "Remboursements", "Net", "Devise"});
  else
    imports::append_line(body, {"From", "To", "Method", "Seller", "Received", "Payments", "Refunded",
                                "Refunds", "Net", "Currency"});
  for (const auto& each : found->lines)
    imports::append_line(body, {imports::write_day(found->from), imports::write_day(found->to),
                                std::string{name_of(each.method).in(locale)}, each.by ? each.by->name : "",
                                sum(each.received), std::to_string(each.payments), sum(each.refunded),
                                std::to_string(each.refunds), sum(each.received - each.refunded),
                                std::string{by.unit().code()}});
  response out(200, "text/csv; charset=utf-8", std::move(body));
  out.header("Content-Disposition", "attachment; filename=\"takings.csv\"");
  co_return out;
}

} // namespace

void add_takings_routes(router& to, paper_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff/takings";
  to.add(verb::get, base, bind_staff<get_takings>(with), staff_route("staff_get_takings", client_readers));
  to.add(verb::get, base + ".csv", bind_staff<get_takings_csv>(with),
         staff_route("staff_get_takings_csv", client_readers));
}

} // namespace foyer::http::staff
