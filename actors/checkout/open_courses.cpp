#include "actors/checkout/open_courses.hpp"

#include "actors/runtime/ask.hpp"
#include "actors/vocabulary/secret.hpp"

#include <algorithm>

namespace foyer::checkout {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;
using offers = std::vector<offer_id>;

// The first point of sale that sells it; an open course may be sold nowhere else.
const organisation::shop* shop_for(const organisation::snapshot& at, const offer::details& what) {
  for (const auto& each : at.shops)
    if (what.sold_by(each.slug)) return &each;
  return nullptr;
}

// The same in every process, so that two of them that look at the same household enrol it once.
idempotency_row once(const household_id& who, const offer_id& which, time_point at) {
  const auto hash = sha256("open_course " + to_string(who) + " " + to_string(which));
  idempotency_row row;
  std::copy_n(hash.begin(), row.id.bytes.size(), row.id.bytes.begin());
  row.request_hash = hash;
  row.at = at;
  return row;
}

// False: not now, but perhaps later.
asio::awaitable<bool> join(services& with, organisation::snapshot_ptr at, const household::state& who,
                           offer_id which) {
  auto course = co_await ask_entity(with.offers, which, offer::get_view{});
  if (!course) co_return course.error().code != errc::unavailable;
  const auto now = with.clock.now();
  const auto* shop = shop_for(*at, *course->what);
  if (shop == nullptr || (course->what->ends_at && *course->what->ends_at < now)) co_return true;
  place_order command;
  command.organisation = at;
  command.shop = shop;
  command.household = who.id;
  command.account = who.account; // whose order it is, so that it shows in my space (S5)
  command.locale = at->locale;
  command.quiet = true;
  wanted_line line;
  line.offer = which;
  line.members.push_back(who.responsible);
  command.lines.push_back(std::move(line));
  hand_enrolment_row why;
  why.organisation = at->id;
  why.kind = "open_course";
  why.at = now;
  command.enrolment = std::move(why);
  command.answer.row = once(who.id, which, now);
  // Refused for that row: another process was first, and the household is enrolled.
  auto placed = co_await place(with, std::move(command));
  co_return placed || placed.error().code != errc::unavailable;
}

} // namespace

asio::awaitable<void> join_open_courses(services& with, household::files& files,
                                        organisation::registry& organisations, organisation_id at,
                                        household_id who) {
  auto house = co_await await_reply<organisation::snapshot_ptr>(
      [&](reply<organisation::snapshot_ptr> back) { organisations.fetch(at, std::move(back)); });
  if (!house) co_return;
  auto open =
      co_await await_reply<offers>([&](reply<offers> back) { files.list_open_courses(at, std::move(back)); });
  if (!open) co_return;
  auto joined =
      co_await await_reply<offers>([&](reply<offers> back) { files.list_joined(at, who, std::move(back)); });
  if (!joined) co_return;
  auto view = co_await ask_entity(with.households, who, household::get_view{});
  if (!view && view.error().code != errc::not_found) co_return;
  bool whole = true;
  if (view && !view->archived && view->organisation == at) {
    for (const auto& each : *open) {
      if (std::find(joined->begin(), joined->end(), each) != joined->end()) continue;
      const bool settled = co_await join(with, *house, *view, each);
      whole = whole && settled;
    }
  }
  if (!whole) co_return;
  commit rows;
  rows.cold.emplace_back(deadline_done{deadline_kind::open_courses, who.value});
  with.journal.append(std::move(rows), [](const commit_outcome&) {});
}

} // namespace foyer::checkout
