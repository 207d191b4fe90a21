#include "http/staff/campaign_reading.hpp"

#include "http/paging.hpp"
#include "http/staff/invitation_form.hpp"
#include "http/staff/progress_events.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using campaign::overview;
using runtime::await_reply;

/// How often the events of a campaign look for news.
constexpr std::chrono::milliseconds look_every{1'000};

/// What the path calls one of them.
std::string_view name_of(campaign::kind of) {
  return of == campaign::kind::balance ? "mailing" : "campaign";
}

asio::awaitable<outcome<overview>> find_campaign(office_services& with, campaign::kind of,
                                                 const staff_request& by, const uuid& which) {
  auto found = co_await await_reply<std::optional<overview>>([&](reply<std::optional<overview>> back) {
    with.campaigns.find(by.at->id, of, campaign_id{which}, std::move(back));
  });
  if (!found) co_return found.error();
  if (!*found) co_return errc::not_found;
  co_return std::move(**found);
}

asio::awaitable<response> list_campaigns(office_services& with, campaign::kind of, request& in) {
  auto by = co_await staff_of(with.house, in);
  if (!by) co_return problem_of(by.error());
  const auto asked = paging_of<campaign_id>(in);
  if (!asked) co_return problem_of(asked.error());
  auto page = co_await await_reply<campaign::campaign_page>([&](reply<campaign::campaign_page> back) {
    with.campaigns.list(by->at->id, of, asked->after, asked->limit, std::move(back));
  });
  if (!page) co_return problem_of(page.error());
  co_return json_response(200, campaigns_json(*page));
}

asio::awaitable<outcome<overview>> campaign_of(office_services& with, campaign::kind of,
                                               const staff_request& by, const request& in) {
  const auto id = parse_uuid(in.parameter(name_of(of)));
  if (!id) co_return errc::not_found;
  co_return co_await find_campaign(with, of, by, *id);
}

asio::awaitable<response> get_campaign(office_services& with, campaign::kind of, request& in) {
  auto by = co_await staff_of(with.house, in);
  if (!by) co_return problem_of(by.error());
  auto found = co_await campaign_of(with, of, *by, in);
  if (!found) co_return problem_of(found.error());
  const auto asked = paging_of<household_id>(in);
  if (!asked) co_return problem_of(asked.error());
  const auto status = in.query("status").value_or("");
  const auto only = campaign::parse_fate(status);
  if (!status.empty() && !only) co_return invalid("?status", "invalid");
  auto page = co_await await_reply<campaign::recipient_page>([&](reply<campaign::recipient_page> back) {
    with.campaigns.list_recipients(by->at->id, found->id, only, asked->after, asked->limit, std::move(back));
  });
  if (!page) co_return problem_of(page.error());
  co_return json_response(200, campaign_json(*found, &*page));
}

asio::awaitable<response> get_events(office_services& with, campaign::kind of, request& in) {
  auto by = co_await staff_of(with.house, in);
  if (!by) co_return problem_of(by.error());
  auto begun = co_await campaign_of(with, of, *by, in);
  if (!begun) co_return problem_of(begun.error());
  progress_look look = [&with, of, at = by->at->id,
                        which = begun->id]() -> asio::awaitable<std::optional<progress>> {
    auto found = co_await await_reply<std::optional<overview>>(
        [&](reply<std::optional<overview>> back) { with.campaigns.find(at, of, which, std::move(back)); });
    if (!found || !*found) co_return std::nullopt;
    co_return progress{campaign_json(**found, nullptr), is_finished(**found)};
  };
  co_return progress_events(std::move(look), look_every);
}

} // namespace

asio::awaitable<outcome<campaign::preview>> preview_of(office_services& with,
                                                       const campaign::selection& which,
                                                       std::optional<household_id> after, int limit) {
  co_return co_await await_reply<campaign::preview>([&](reply<campaign::preview> back) {
    with.campaigns.preview_of(which, after, limit, std::move(back));
  });
}

asio::awaitable<outcome<std::optional<campaign::reason>>> why_not(office_services& with,
                                                                  const campaign::selection& which) {
  using maybe = std::optional<campaign::reason>;
  if (which.group != campaign::group::one) co_return maybe{};
  const auto seen = co_await preview_of(with, which, std::nullopt, 0);
  if (!seen) co_return seen.error();
  if (seen->invited > 0) co_return maybe{};
  // Nobody at all: a client whose wallet was never used.
  if (seen->skipped.empty()) co_return maybe{campaign::reason::no_balance};
  co_return maybe{seen->skipped.begin()->first};
}

campaign_row campaign_row_of(const campaign::selection& which, const uuid& id, const staff_request& by) {
  const auto range = campaign::range_of(which);
  campaign_row row;
  row.organisation = which.organisation;
  row.id = campaign_id{id};
  row.group = campaign::to_string(which.group);
  row.tag = which.tag;
  row.household = which.household;
  row.texts = "{}";
  row.by = by.who.id;
  row.after = range.after;
  row.until = range.until;
  row.at = by.now;
  row.kind = static_cast<int>(which.kind);
  row.mailed_before = which.mailed_before;
  row.mailed_since = which.mailed_since;
  return row;
}

void add_campaign_reading(router& to, office_services& with, campaign::kind of, const std::string& base,
                          const campaign_operations& names) {
  const auto one = base + "/{" + std::string{name_of(of)} + '}';
  to.add(
      verb::get, base, [&with, of](request& in) { return list_campaigns(with, of, in); },
      staff_route(names.list, client_readers));
  to.add(
      verb::get, one, [&with, of](request& in) { return get_campaign(with, of, in); },
      staff_route(names.get, client_readers));
  to.add(
      verb::get, one + "/events", [&with, of](request& in) { return get_events(with, of, in); },
      staff_route(names.events, client_readers));
}

} // namespace foyer::http::staff
