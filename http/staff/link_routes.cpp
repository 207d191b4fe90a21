#include "http/staff/link_routes.hpp"

#include "http/bind.hpp"
#include "http/json/writer.hpp"
#include "http/paging.hpp"
#include "http/staff/address_check.hpp"
#include "http/staff/staff_request.hpp"

#include <algorithm>

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;

constexpr std::size_t search_max = 100;

outcome<household::candidate_filter> filter_of(const request& in, const household::state& to_link) {
  const auto page = paging_of(in);
  if (!page) return page.error();
  household::candidate_filter out;
  out.organisation = to_link.organisation;
  out.to_link = to_link.id;
  out.limit = page->limit;
  if (!page->cursor.empty()) {
    const auto before = parse_uuid(page->cursor);
    if (!before) return bad_cursor();
    out.before = household_id{*before};
  }
  out.text = in.query("q").value_or("");
  if (out.text.size() <= search_max) {
    if (const auto address = parse_email(out.text)) out.text = address->key;
    return out;
  }
  refusal why{errc::invalid};
  why.fields.push_back({"?q", "too_long"});
  return why;
}

bool has_address(const household::link_candidate& of, const email_address& address) {
  const auto own = parse_email(of.email);
  return own && own->key == address.key;
}

// Why the account of an address is no candidate.
std::string_view reason_of(const address_on_platform& found, const household::state& to_link) {
  if (found.standing == account_standing::none) return "no_account";
  if (found.standing == account_standing::unconfirmed) return "unconfirmed";
  return to_link.account == found.account ? "linked_here" : "no_online_order";
}

std::string candidates_json(const household::candidate_page& page, std::string_view missing) {
  std::string body;
  json::writer out(body);
  out.begin_object().key("items").begin_array();
  for (const auto& each : page.candidates) {
    out.begin_object()
        .field("account_id", each.account)
        .field("username", each.username)
        .field("email", each.email);
    out.field("first_name", each.first_name).field("last_name", each.last_name);
    out.field("online_orders", each.online_orders);
    out.key("merged")
        .begin_object()
        .field("household_id", each.own)
        .field("number", each.own_number)
        .end_object();
    out.end_object();
  }
  out.end_array().key("next_cursor");
  if (page.more)
    out.value(page.candidates.back().own);
  else
    out.null();
  out.key("missing");
  if (missing.empty())
    out.null();
  else
    out.value(missing);
  out.end_object();
  return body;
}

asio::awaitable<response> list_candidates(office_services& with, request& in) {
  auto by = co_await staff_of(with.house, in);
  if (!by) co_return problem_of(by.error());
  auto to_link = co_await household_of(with.house, *by, in);
  if (!to_link) co_return problem_of(to_link.error());
  const auto which = filter_of(in, *to_link);
  if (!which) co_return problem_of(which.error());
  auto page =
      co_await runtime::await_reply<household::candidate_page>([&](reply<household::candidate_page> back) {
        with.link_candidates.list_candidates(*which, std::move(back));
      });
  if (!page) co_return problem_of(page.error());
  std::string_view missing;
  const auto address = parse_email(which->text);
  const auto& found = page->candidates;
  if (address && !which->before && std::none_of(found.begin(), found.end(), [&](const auto& each) {
        return has_address(each, *address);
      })) {
    auto looked = co_await look_up_address(with, *by, *address, "account_link.search");
    if (looked.refused) co_return *looked.refused;
    missing = reason_of(looked.found, *to_link);
  }
  co_return json_response(200, candidates_json(*page, missing));
}

} // namespace

void add_link_routes(router& to, office_services& with) {
  to.add(verb::get, "/api/v1/orgs/{org}/staff/households/{household}/account-link",
         bind<list_candidates>(with), staff_route("staff_list_link_candidates", client_readers));
}

} // namespace foyer::http::staff
