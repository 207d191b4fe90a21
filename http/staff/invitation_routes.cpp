#include "http/staff/invitation_routes.hpp"

#include "actors/vocabulary/json_text.hpp"
#include "http/bind.hpp"
#include "http/json/writer.hpp"
#include "http/paging.hpp"
#include "http/staff/campaign_reading.hpp"
#include "http/staff/invitation_form.hpp"
#include "http/staff/staff_request.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using campaign::overview;
using campaign::selection;
using runtime::ask_entity;
using runtime::await_reply;

// A client of another organisation is not there.
asio::awaitable<std::optional<refusal>> check_client(office_services& with, const selection& which) {
  if (!which.household) co_return std::nullopt;
  auto found = co_await ask_entity(with.house.households, *which.household, household::get_view{});
  if (!found) co_return found.error();
  if (found->organisation != which.organisation) co_return refusal{errc::not_found};
  co_return std::nullopt;
}

asio::awaitable<response> post_preview(office_services& with, const staff_request& by, request& in) {
  const auto page = paging_of<household_id>(in);
  if (!page) co_return problem_of(page.error());
  json::reader form(in);
  const auto which = read_selection(*form, by.at->id);
  if (auto bad = form.finish()) co_return *bad;
  if (const auto foreign = co_await check_client(with, which)) co_return problem_of(*foreign);
  const auto seen = co_await preview_of(with, which, page->after, page->limit);
  if (!seen) co_return problem_of(seen.error());
  co_return json_response(200, preview_json(*seen));
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
  auto row = campaign_row_of(which, id, by);
  row.texts = campaign::to_json(whole);
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

problem not_invited(campaign::reason why) {
  const std::string name{campaign::to_string(why)};
  auto out = conflict("conflict", "This client can't be invited: " + name + ".");
  json::writer(out.members).key("reason").value(name);
  return out;
}

asio::awaitable<response> post_campaign(office_services& with, const staff_request& by, request& in) {
  json::reader form(in);
  const auto which = read_selection(*form, by.at->id);
  campaign::texts typed;
  if (const auto texts = form->optional_child("texts")) typed = read_texts(texts);
  if (auto bad = form.finish()) co_return *bad;
  if (const auto foreign = co_await check_client(with, which)) co_return problem_of(*foreign);
  const auto why = co_await why_not(with, which);
  if (!why) co_return problem_of(why.error());
  if (*why) co_return not_invited(**why);
  auto kept = co_await await_reply<campaign::texts>(
      [&](reply<campaign::texts> back) { with.campaigns.find_texts(by.at->id, std::move(back)); });
  if (!kept) co_return problem_of(kept.error());
  const auto whole = campaign::filled(typed, campaign::filled(*kept, campaign::default_texts(by.at->name)));

  const auto id = by.fresh_id();
  auto written = co_await write_rows(with, rows_of(which, typed, whole, id, by));
  if (!written) co_return problem_of(written.error());
  with.campaign_queue.wake();
  overview made;
  made.id = campaign_id{id};
  made.of = which;
  made.texts = whole;
  made.by = by.who.id;
  made.created_at = by.now;
  auto answer = json_response(201, campaign_json(made, nullptr));
  co_return std::move(answer).header("Location",
                                     "/api/v1/orgs/" + by.at->slug + "/staff/invitations/" + to_string(id));
}

} // namespace

void add_invitation_routes(router& to, office_services& with) {
  const std::string base = "/api/v1/orgs/{org}/staff/invitations";
  add_campaign_reading(to, with, campaign::kind::invitation, base,
                       {"staff_list_campaigns", "staff_get_campaign", "staff_campaign_events"});
  to.add(verb::post, base, bind_staff<post_campaign>(with),
         staff_route("staff_create_campaign", client_writers));
  to.add(verb::post, base + "/preview", bind_staff<post_preview>(with),
         staff_route("staff_preview_campaign", client_writers));
}

} // namespace foyer::http::staff
