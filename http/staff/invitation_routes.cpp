#include "http/staff/invitation_routes.hpp"

#include "actors/vocabulary/json_text.hpp"
#include "http/bind.hpp"
#include "http/paging.hpp"
#include "http/staff/invitation_form.hpp"
#include "http/staff/staff_request.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using campaign::overview;
using campaign::selection;
using runtime::ask_entity;
using runtime::await_reply;

/// How often the events of a campaign look for news.
constexpr std::chrono::milliseconds look_every{1'000};
/// A comment is sent after so many looks without news, so that proxies keep the connection.
constexpr int quiet_looks_max = 15;

/// A page from a cursor that is an id.
template <class Id>
struct page_asked {
  std::optional<Id> from;
  int limit = 50;
};
template <class Id>
outcome<page_asked<Id>> page_of(const request& in) {
  const auto page = paging_of(in);
  if (!page) return page.error();
  page_asked<Id> out;
  out.limit = page->limit;
  if (page->cursor.empty()) return out;
  const auto id = parse_uuid(page->cursor);
  if (!id) return bad_cursor();
  out.from = Id{*id};
  return out;
}

// A client of another organisation is not there.
asio::awaitable<std::optional<refusal>> check_client(office_services& with, const selection& which) {
  if (!which.household) co_return std::nullopt;
  auto found = co_await ask_entity(with.house.households, *which.household, household::get_view{});
  if (!found) co_return found.error();
  if (found->organisation != which.organisation) co_return refusal{errc::not_found};
  co_return std::nullopt;
}

asio::awaitable<outcome<campaign::preview>> preview_of(office_services& with, const selection& which,
                                                       std::optional<household_id> after, int limit) {
  co_return co_await await_reply<campaign::preview>([&](reply<campaign::preview> back) {
    with.campaigns.preview_of(which, after, limit, std::move(back));
  });
}

asio::awaitable<response> post_preview(office_services& with, request& in) {
  auto by = co_await staff_of(with.house, in);
  if (!by) co_return problem_of(by.error());
  const auto page = page_of<household_id>(in);
  if (!page) co_return problem_of(page.error());
  json::reader form(in);
  const auto which = read_selection(*form, by->at->id);
  if (auto bad = form.finish()) co_return *bad;
  if (const auto foreign = co_await check_client(with, which)) co_return problem_of(*foreign);
  const auto seen = co_await preview_of(with, which, page->from, page->limit);
  if (!seen) co_return problem_of(seen.error());
  co_return json_response(200, preview_json(*seen));
}

asio::awaitable<outcome<overview>> find_campaign(office_services& with, const staff_request& by,
                                                 const uuid& which) {
  auto found = co_await await_reply<std::optional<overview>>([&](reply<std::optional<overview>> back) {
    with.campaigns.find(by.at->id, campaign_id{which}, std::move(back));
  });
  if (!found) co_return found.error();
  if (!*found) co_return errc::not_found;
  co_return std::move(**found);
}

// I2: what was typed becomes the template; what was not typed comes from it.
void keep_texts(commit& rows, const campaign::texts& typed, const staff_request& by) {
  const auto keep = [&](const char* locale, const campaign::wording& words) {
    if (!words.empty())
      rows.cold.emplace_back(invitation_wording_row{by.at->id, locale, words.subject, words.text, by.now});
  };
  keep("fr", typed.fr);
  keep("en", typed.en);
}

commit rows_of(const selection& which, const campaign::texts& typed, const campaign::texts& whole,
               const uuid& id, const staff_request& by) {
  const auto range = campaign::range_of(which);
  campaign_row row;
  row.organisation = which.organisation;
  row.id = campaign_id{id};
  row.group = campaign::to_string(which.group);
  row.tag = which.tag;
  row.household = which.household;
  row.texts = campaign::to_json(whole);
  row.by = by.who.id;
  row.after = range.after;
  row.until = range.until;
  row.at = by.now;
  auto entry = by.audit("invitation.create", "campaign", id);
  json_object after;
  after.add("group", row.group);
  if (!row.tag.empty()) after.add("tag", row.tag);
  if (row.household) after.add("household_id", to_string(*row.household));
  entry.after = after.add("subject", whole.in(by.at->locale).subject).text();
  commit rows;
  rows.cold.emplace_back(std::move(row));
  keep_texts(rows, typed, by);
  rows.cold.emplace_back(std::move(entry));
  return rows;
}

// I1: for one client, staff hear at once why there will be no mail.
asio::awaitable<std::optional<refusal>> refuse_one(office_services& with, const selection& which) {
  if (which.group != campaign::group::one) co_return std::nullopt;
  const auto seen = co_await preview_of(with, which, std::nullopt, 0);
  if (!seen) co_return seen.error();
  if (seen->invited > 0) co_return std::nullopt;
  const auto why = seen->skipped.empty() ? campaign::reason::none : seen->skipped.begin()->first;
  co_return refusal{errc::conflict,
                    "This client can't be invited: " + std::string{campaign::to_string(why)} + "."};
}

asio::awaitable<response> post_campaign(office_services& with, request& in) {
  auto by = co_await staff_of(with.house, in);
  if (!by) co_return problem_of(by.error());
  json::reader form(in);
  const auto which = read_selection(*form, by->at->id);
  campaign::texts typed;
  if (const auto texts = form->optional_child("texts")) typed = read_texts(texts);
  if (auto bad = form.finish()) co_return *bad;
  if (const auto foreign = co_await check_client(with, which)) co_return problem_of(*foreign);
  if (const auto why = co_await refuse_one(with, which)) co_return problem_of(*why);
  auto kept = co_await await_reply<campaign::texts>(
      [&](reply<campaign::texts> back) { with.campaigns.find_texts(by->at->id, std::move(back)); });
  if (!kept) co_return problem_of(kept.error());
  const auto whole = campaign::filled(typed, campaign::filled(*kept, campaign::default_texts(by->at->name)));

  const auto id = by->fresh_id();
  auto written = co_await write_rows(with, rows_of(which, typed, whole, id, *by));
  if (!written) co_return problem_of(written.error());
  with.campaign_queue.wake();
  overview made;
  made.id = campaign_id{id};
  made.of = which;
  made.texts = whole;
  made.by = by->who.id;
  made.created_at = by->now;
  auto answer = json_response(201, campaign_json(made, nullptr));
  co_return std::move(answer).header("Location",
                                     "/api/v1/orgs/" + by->at->slug + "/staff/invitations/" + to_string(id));
}

asio::awaitable<response> list_campaigns(office_services& with, request& in) {
  auto by = co_await staff_of(with.house, in);
  if (!by) co_return problem_of(by.error());
  const auto asked = page_of<campaign_id>(in);
  if (!asked) co_return problem_of(asked.error());
  auto page = co_await await_reply<campaign::campaign_page>([&](reply<campaign::campaign_page> back) {
    with.campaigns.list(by->at->id, asked->from, asked->limit, std::move(back));
  });
  if (!page) co_return problem_of(page.error());
  co_return json_response(200, campaigns_json(*page));
}

asio::awaitable<outcome<overview>> campaign_of(office_services& with, const staff_request& by,
                                               const request& in) {
  const auto id = parse_uuid(in.parameter("campaign"));
  if (!id) co_return errc::not_found;
  co_return co_await find_campaign(with, by, *id);
}

asio::awaitable<response> get_campaign(office_services& with, request& in) {
  auto by = co_await staff_of(with.house, in);
  if (!by) co_return problem_of(by.error());
  auto found = co_await campaign_of(with, *by, in);
  if (!found) co_return problem_of(found.error());
  const auto asked = page_of<household_id>(in);
  if (!asked) co_return problem_of(asked.error());
  const auto status = in.query("status").value_or("");
  const auto only = campaign::parse_fate(status);
  if (!status.empty() && !only) co_return invalid("?status", "invalid");
  auto page = co_await await_reply<campaign::recipient_page>([&](reply<campaign::recipient_page> back) {
    with.campaigns.list_recipients(found->id, only, asked->from, asked->limit, std::move(back));
  });
  if (!page) co_return problem_of(page.error());
  co_return json_response(200, campaign_json(*found, &*page));
}

// I4: one event whenever something changed, the last one when nothing is under way any more.
asio::awaitable<void> tell_progress(office_services& with, organisation_id at, campaign_id which,
                                    body_stream& to) {
  std::string told;
  for (int quiet = 0;;) {
    auto found = co_await await_reply<std::optional<overview>>(
        [&](reply<std::optional<overview>> back) { with.campaigns.find(at, which, std::move(back)); });
    bool finished = false;
    if (found && *found) {
      finished = is_finished(**found);
      auto now = campaign_json(**found, nullptr);
      if (now != told) {
        const bool sent = co_await to.write("event: progress\ndata: " + now + "\n\n");
        if (!sent) co_return;
        told = std::move(now);
        quiet = 0;
      }
    }
    if (finished) co_return;
    if (++quiet >= quiet_looks_max) {
      const bool sent = co_await to.write(": still there\n\n");
      if (!sent) co_return;
      quiet = 0;
    }
    const bool on = co_await to.wait(look_every);
    if (!on) co_return;
  }
}

asio::awaitable<response> get_events(office_services& with, request& in) {
  auto by = co_await staff_of(with.house, in);
  if (!by) co_return problem_of(by.error());
  auto found = co_await campaign_of(with, *by, in);
  if (!found) co_return problem_of(found.error());
  response::stream_function tell = [&with, at = by->at->id, which = found->id](body_stream& to) {
    return tell_progress(with, at, which, to);
  };
  co_return event_stream(std::move(tell));
}

} // namespace

void add_invitation_routes(router& to, office_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff/invitations";
  const std::string one = base + "/{campaign}";
  to.add(verb::get, base, bind<list_campaigns>(with), staff_route("staff_list_campaigns", client_readers));
  to.add(verb::post, base, bind<post_campaign>(with), staff_route("staff_create_campaign", client_writers));
  to.add(verb::post, base + "/preview", bind<post_preview>(with),
         staff_route("staff_preview_campaign", client_writers));
  to.add(verb::get, one, bind<get_campaign>(with), staff_route("staff_get_campaign", client_readers));
  to.add(verb::get, one + "/events", bind<get_events>(with),
         staff_route("staff_campaign_events", client_readers));
}

} // namespace foyer::http::staff
