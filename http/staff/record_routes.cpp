#include "http/staff/record_routes.hpp"

#include "http/bind.hpp"
#include "http/list_json.hpp"
#include "http/paging.hpp"
#include "http/staff/list_filters.hpp"
#include "http/staff/staff_request.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using runtime::await_reply;

/// A word of the audit log in a query: kinds of subjects and actions.
constexpr std::size_t word_max = 60;

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
  const auto page = paging_of<uuid>(in);
  if (!page) return page.error();
  organisation::change_filter out;
  out.organisation = at;
  out.limit = page->limit;
  out.before = page->after;
  refusal bad{errc::invalid};
  out.subject_kind = word_of(in, "subject_kind", bad.fields);
  out.subject = id_of(in, "subject_id", bad.fields);
  out.action = word_of(in, "action", bad.fields);
  if (const auto by = id_of(in, "account_id", bad.fields)) out.by = account_id{*by};
  if (!bad.fields.empty()) return bad;
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

asio::awaitable<response> list_changes(office_services& with, const staff_request& by, request& in) {
  const auto which = change_filter_of(in, by.at->id);
  if (!which) co_return problem_of(which.error());
  auto page = co_await await_reply<organisation::change_page>(
      [&](reply<organisation::change_page> back) { with.records.list_changes(*which, std::move(back)); });
  if (!page) co_return problem_of(page.error());
  const auto& all = page->changes;
  const auto mark = [](const organisation::recorded_change& each) { return each.what.id; };
  co_return json_response(200, list_json(all, append_change, next_cursor(page->more, all, mark)));
}

void append_wallet(json::writer& out, const wallet::listed_wallet& of, const currency& unit) {
  out.begin_object().field("household_id", of.household).field("household_number", of.number);
  out.field("first_name", of.first_name).field("last_name", of.last_name).field_or_null("email", of.email);
  out.field("archived", of.archived)
      .field("balance", money{of.balance, unit})
      .field("held", money{of.held, unit});
  out.field("available", money{of.balance - of.held, unit});
  out.field("last_balance_mail_at", of.last_balance_mail_at).end_object();
}

std::string wallets_json(const wallet::list_page& page, const currency& unit) {
  const auto append = [&](json::writer& out, const wallet::listed_wallet& each) {
    append_wallet(out, each, unit);
  };
  const auto& sums = page.totals;
  std::string body;
  json::writer out(body);
  out.begin_object();
  append_items(out, page.wallets, append,
               next_cursor(page.more, page.wallets, &wallet::listed_wallet::household));
  out.key("totals").begin_object();
  out.field("positive_count", sums.positive_count).field("positive", money{sums.positive, unit});
  out.field("negative_count", sums.negative_count).field("negative", money{sums.negative, unit});
  out.field("balance", money{sums.positive + sums.negative, unit}).field("held", money{sums.held, unit});
  out.end_object().key("selection");
  if (page.selection) {
    out.begin_object().field("count", page.selection->count);
    out.field("balance", money{page.selection->balance, unit})
        .field("held", money{page.selection->held, unit});
    out.end_object();
  } else {
    out.null();
  }
  out.end_object();
  return body;
}

asio::awaitable<response> list_wallets(office_services& with, const staff_request& by, request& in) {
  const auto which = wallet_filter_of(in, by.at->id);
  if (!which) co_return problem_of(which.error());
  auto page = co_await await_reply<wallet::list_page>(
      [&](reply<wallet::list_page> back) { with.wallet_list.list_wallets(*which, std::move(back)); });
  if (!page) co_return problem_of(page.error());
  co_return json_response(200, wallets_json(*page, by.unit()));
}

} // namespace

void add_record_routes(router& to, office_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff";
  to.add(verb::get, base + "/audit", bind_staff<list_changes>(with),
         staff_route("staff_list_changes", roles::administrator | roles::auditor));
  to.add(verb::get, base + "/wallets", bind_staff<list_wallets>(with),
         staff_route("staff_list_wallets", client_readers));
}

} // namespace foyer::http::staff
