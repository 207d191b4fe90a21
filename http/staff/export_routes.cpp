#include "http/staff/export_routes.hpp"

#include "actors/vocabulary/json_text.hpp"
#include "http/bind.hpp"
#include "http/staff/export_csv.hpp"
#include "http/staff/list_filters.hpp"
#include "http/staff/staff_request.hpp"

#include <stdexcept>

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using runtime::await_reply;

/// Records of one read: a few hundred KiB of text.
constexpr int records_read = 500;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

refusal bad_field(std::string name) {
  refusal why{errc::invalid};
  why.fields.push_back({std::move(name), "invalid"});
  return why;
}

// `lang` and `separator` of the query; by themselves as the reader's spreadsheet most likely wants them.
outcome<table_style> style_of(const request& in, const staff_request& by) {
  table_style out;
  out.unit = by.unit();
  out.locale = in.query("lang").value_or(by.who.locale);
  if (out.locale != "fr" && out.locale != "en") return bad_field("?lang");
  out.separator = out.locale == "fr" ? ';' : ',';
  const auto named = in.query("separator").value_or("");
  if (named == "comma")
    out.separator = ',';
  else if (named == "semicolon")
    out.separator = ';';
  else if (named == "tab")
    out.separator = '\t';
  else if (!named.empty())
    return bad_field("?separator");
  return out;
}

// P2: who took the data of many people with them, and which.
asio::awaitable<outcome<done>> write_audit(office_services& with, const staff_request& by, const request& in,
                                           std::string action) {
  auto entry = by.audit(std::move(action), "organisation", by.at->id.value);
  json_object asked;
  for (const auto& [name, value] : in.query_pairs()) asked.add(name, value);
  entry.after = asked.text();
  commit rows;
  rows.cold.emplace_back(std::move(entry));
  co_return co_await write_rows(with, std::move(rows));
}

response csv(std::string_view name, response::stream_function send) {
  response out{200, "text/csv; charset=utf-8", {}};
  out.header("Content-Disposition", "attachment; filename=\"" + std::string{name} + ".csv\"");
  out.stream = std::move(send);
  return out;
}

// A body without end tells the reader that something is missing.
[[noreturn]] void break_off() {
  throw std::runtime_error{"the list can't be read on"};
}

asio::awaitable<void> send_clients(office_services& with, organisation::snapshot_ptr at,
                                   household::filter which, table_style how, body_stream& to) {
  std::string text{byte_order_mark};
  append_clients_header(text, at->options, how);
  which.limit = records_read;
  for (;;) {
    auto page = co_await await_reply<household::page>([&](reply<household::page> back) {
      with.house.household_list.list_households(which, std::move(back));
    });
    if (!page) break_off();
    for (const auto& each : page->households) append_client(text, each, at->options, how);
    const bool sent = co_await to.write(text);
    if (!sent || !page->more) co_return;
    which.before = page->households.back().who.id;
    text.clear();
  }
}

asio::awaitable<void> send_wallets(office_services& with, wallet::list_filter which, table_style how,
                                   body_stream& to) {
  std::string text{byte_order_mark};
  append_wallets_header(text, how);
  which.limit = records_read;
  which.with_totals = false;
  wallet_sums sums;
  for (;;) {
    auto page = co_await await_reply<wallet::list_page>(
        [&](reply<wallet::list_page> back) { with.wallet_list.list_wallets(which, std::move(back)); });
    if (!page) break_off();
    for (const auto& each : page->wallets) {
      append_wallet(text, each, how);
      sums.add(each);
    }
    if (!page->more) append_wallet_sums(text, sums, how);
    const bool sent = co_await to.write(text);
    if (!sent || !page->more) co_return;
    which.before = page->wallets.back().household;
    text.clear();
  }
}

asio::awaitable<void> send_orders(office_services& with, organisation::snapshot_ptr at, order::filter which,
                                  table_style how, body_stream& to) {
  std::string text{byte_order_mark};
  append_orders_header(text, how);
  which.limit = records_read;
  for (;;) {
    auto page = co_await await_reply<order::page>(
        [&](reply<order::page> back) { with.house.orders.list_orders(which, std::move(back)); });
    if (!page) break_off();
    for (const auto& each : page->orders) append_order(text, each, *at, how);
    const bool sent = co_await to.write(text);
    if (!sent || !page->more) co_return;
    which.before = page->orders.back().id;
    text.clear();
  }
}

asio::awaitable<response> get_clients(office_services& with, const staff_request& by, request& in) {
  auto which = household_filter_of(in, by.at->id);
  if (!which) co_return problem_of(which.error());
  auto how = style_of(in, by);
  if (!how) co_return problem_of(how.error());
  auto told = co_await write_audit(with, by, in, "export.clients");
  if (!told) co_return problem_of(told.error());
  co_return csv("clients", [&with, at = by.at, which = *which, how = *how](body_stream& to) {
    return send_clients(with, at, which, how, to);
  });
}

asio::awaitable<response> get_wallets(office_services& with, const staff_request& by, request& in) {
  auto which = wallet_filter_of(in, by.at->id);
  if (!which) co_return problem_of(which.error());
  auto how = style_of(in, by);
  if (!how) co_return problem_of(how.error());
  auto told = co_await write_audit(with, by, in, "export.wallets");
  if (!told) co_return problem_of(told.error());
  co_return csv("wallets", [&with, which = *which, how = *how](body_stream& to) {
    return send_wallets(with, which, how, to);
  });
}

asio::awaitable<response> get_orders(office_services& with, const staff_request& by, request& in) {
  auto how = style_of(in, by);
  if (!how) co_return problem_of(how.error());
  auto told = co_await write_audit(with, by, in, "export.orders");
  if (!told) co_return problem_of(told.error());
  order::filter which;
  which.organisation = by.at->id;
  co_return csv("orders", [&with, at = by.at, which, how = *how](body_stream& to) {
    return send_orders(with, at, which, how, to);
  });
}

} // namespace

void add_export_routes(router& to, office_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff/exports";
  constexpr std::uint8_t readers = roles::administrator | roles::auditor;
  to.add(verb::get, base + "/clients.csv", bind_staff<get_clients>(with),
         staff_route("staff_export_clients", readers));
  // W6 belongs to the box office.
  to.add(verb::get, base + "/wallets.csv", bind_staff<get_wallets>(with),
         staff_route("staff_export_wallets", client_readers));
  to.add(verb::get, base + "/orders.csv", bind_staff<get_orders>(with),
         staff_route("staff_export_orders", readers));
}

} // namespace foyer::http::staff
