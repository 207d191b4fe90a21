#include "http/staff/record_routes.hpp"

#include "http/bind.hpp"
#include "http/json/writer.hpp"
#include "http/paging.hpp"
#include "http/staff/list_filters.hpp"
#include "http/staff/staff_request.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using runtime::await_reply;

/// A word of the audit log in a query: kinds of subjects and actions.
constexpr std::size_t word_max = 60;

refusal refused(std::vector<field_error> bad) {
  refusal why{errc::invalid};
  why.fields = std::move(bad);
  return why;
}

std::optional<uuid> id_of(const request& in, std::string_view name, std::vector<field_error>& bad) {
  const auto text = in.query(name);
  if (!text || text->empty()) return std::nullopt;
  const auto id = parse_uuid(*text);
  if (!id) bad.push_back({"?" + std::string{name}, "invalid"});
  return id;
}

std::string word_of(const request& in, std::string_view name, std::vector<field_error>& bad) {
  auto text = in.query(name).value_or("");
  if (text.size() > word_max) bad.push_back({"?" + std::string{name}, "too_long"});
  return text;
}

outcome<organisation::change_filter> change_filter_of(const request& in, const organisation_id& at) {
  const auto page = paging_of(in);
  if (!page) return page.error();
  organisation::change_filter out;
  out.organisation = at;
  out.limit = page->limit;
  if (!page->cursor.empty() && !(out.before = parse_uuid(page->cursor))) return bad_cursor();
  std::vector<field_error> bad;
  out.subject_kind = word_of(in, "subject_kind", bad);
  out.subject = id_of(in, "subject_id", bad);
  out.action = word_of(in, "action", bad);
  if (const auto by = id_of(in, "account_id", bad)) out.by = account_id{*by};
  if (!bad.empty()) return refused(std::move(bad));
  return out;
}

void append_change(json::writer& out, const organisation::recorded_change& of) {
  out.begin_object().field("id", of.what.id).field("at", of.what.at).key("by");
  if (of.what.account) {
    out.begin_object().field("account_id", *of.what.account);
    if (!of.username.empty())
      out.field("username", of.username).field("first_name", of.first_name).field("last_name", of.last_name);
    out.end_object();
  } else {
    out.null(); // the operator, at the command line
  }
  out.field("action", of.what.action).key("subject").begin_object();
  out.field("kind", of.what.subject_kind).field("id", of.what.subject).end_object();
  out.key("before").raw(of.what.before).key("after").raw(of.what.after).end_object();
}

asio::awaitable<response> list_changes(office_services& with, request& in) {
  auto by = co_await staff_of(with.house, in);
  if (!by) co_return problem_of(by.error());
  const auto which = change_filter_of(in, by->at->id);
  if (!which) co_return problem_of(which.error());
  auto page = co_await await_reply<organisation::change_page>(
      [&](reply<organisation::change_page> back) { with.records.list_changes(*which, std::move(back)); });
  if (!page) co_return problem_of(page.error());
  std::string body;
  json::writer out(body);
  out.begin_object().key("items").begin_array();
  for (const auto& each : page->changes) append_change(out, each);
  out.end_array().key("next_cursor");
  if (page->more)
    out.value(page->changes.back().what.id);
  else
    out.null();
  out.end_object();
  co_return json_response(200, std::move(body));
}

void append_wallet(json::writer& out, const wallet::listed_wallet& of, const currency& unit) {
  out.begin_object().field("household_id", of.household).field("household_number", of.number);
  out.field("first_name", of.first_name).field("last_name", of.last_name).key("email");
  if (of.email.empty())
    out.null();
  else
    out.value(of.email);
  out.field("archived", of.archived)
      .field("balance", money{of.balance, unit})
      .field("held", money{of.held, unit});
  out.field("available", money{of.balance - of.held, unit});
  out.field("last_balance_mail_at", of.last_balance_mail_at).end_object();
}

asio::awaitable<response> list_wallets(office_services& with, request& in) {
  auto by = co_await staff_of(with.house, in);
  if (!by) co_return problem_of(by.error());
  const auto which = wallet_filter_of(in, by->at->id);
  if (!which) co_return problem_of(which.error());
  auto page = co_await await_reply<wallet::list_page>(
      [&](reply<wallet::list_page> back) { with.wallet_list.list_wallets(*which, std::move(back)); });
  if (!page) co_return problem_of(page.error());
  const auto unit = by->unit();
  const auto& sums = page->totals;
  std::string body;
  json::writer out(body);
  out.begin_object().key("items").begin_array();
  for (const auto& each : page->wallets) append_wallet(out, each, unit);
  out.end_array().key("next_cursor");
  if (page->more)
    out.value(page->wallets.back().household);
  else
    out.null();
  out.key("totals").begin_object();
  out.field("positive_count", sums.positive_count).field("positive", money{sums.positive, unit});
  out.field("negative_count", sums.negative_count).field("negative", money{sums.negative, unit});
  out.field("balance", money{sums.positive + sums.negative, unit}).field("held", money{sums.held, unit});
  out.end_object().key("selection");
  if (page->selection) {
    out.begin_object().field("count", page->selection->count);
    out.field("balance", money{page->selection->balance, unit})
        .field("held", money{page->selection->held, unit});
    out.end_object();
  } else {
    out.null();
  }
  out.end_object();
  co_return json_response(200, std::move(body));
}

} // namespace

void add_record_routes(router& to, office_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff";
  to.add(verb::get, base + "/audit", bind<list_changes>(with),
         staff_route("staff_list_changes", roles::administrator | roles::auditor));
  to.add(verb::get, base + "/wallets", bind<list_wallets>(with),
         staff_route("staff_list_wallets", client_readers));
}

} // namespace foyer::http::staff
