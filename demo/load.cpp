#include "demo/load.hpp"

#include "actors/organisation/setup.hpp"
#include "actors/runtime/ask.hpp"
#include "actors/runtime/entity.hpp"
#include "demo/clients.hpp"
#include "demo/patience.hpp"
#include "demo/plan.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>

namespace foyer::demo {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

// Households that are loaded at a time: enough to fill the journal's transactions.
constexpr std::size_t side_by_side = 48;

asio::awaitable<outcome<organisation::snapshot_ptr>> fetch(services& with) {
  return patiently<organisation::snapshot_ptr>(with.stop, [&with] {
    return await_reply<organisation::snapshot_ptr>([&with](reply<organisation::snapshot_ptr> back) {
      with.organisations.fetch(std::string{demo_slug}, std::move(back));
    });
  });
}

asio::awaitable<outcome<done>> write(journal& to, const commit& rows) {
  auto what = co_await await_reply<commit_outcome>([&to, &rows](reply<commit_outcome> back) {
    to.append(rows, [back](const commit_outcome& became) { back(became); });
  });
  if (!what) co_return what.error();
  if (what->status != commit_status::committed) co_return runtime::refusal_of(*what);
  co_return done{};
}

// The organisation with its points of sale, and the accounts that log in, in one commit.
asio::awaitable<outcome<done>> found(services& with, const plan& from) {
  commit rows;
  organisation::write_new(from.organisation, rows);
  for (const auto& each : from.accounts) {
    auto row = each.row;
    auto hashed = co_await patiently<std::string>(with.stop, [&with] {
      return await_reply<std::string>([&with](reply<std::string> back) {
        with.hashes.hash(std::string{demo_password}, std::move(back));
      });
    });
    if (!hashed) co_return hashed.error();
    row.password_hash = *hashed;
    rows.cold.emplace_back(row);
    if (!each.role.empty())
      rows.cold.emplace_back(role_row{from.organisation.id, row.id, each.role, from.founded});
  }
  co_return co_await patiently<done>(with.stop,
                                     [&with, &rows] { return write(with.checkout.journal, rows); });
}

asio::awaitable<outcome<done>> add_offer(services& with, const organisation_id& of,
                                         const planned_offer& which) {
  auto made = co_await patiently<offer::state>(with.stop, [&] {
    return ask_entity(with.checkout.offers, which.id,
                      offer::create{of, which.id, which.what, which.created_at, {}});
  });
  // It is there since an earlier start.
  if (!made && made.error().code != errc::conflict) co_return made.error();
  co_return done{};
}

asio::awaitable<outcome<bool>> is_there(services& with, const household_id& which) {
  auto view = co_await patiently<household::state>(
      with.stop, [&] { return ask_entity(with.checkout.households, which, household::get_view{}); });
  if (view) co_return true;
  if (view.error().code == errc::not_found) co_return false;
  co_return view.error();
}

// What the loads side by side share; they run on one strand.
struct shared_load {
  services& with;
  const plan& from;
  organisation::snapshot_ptr at;
  std::size_t next = 0;
  std::size_t running = 0;
  std::size_t orders = 0;
  std::optional<refusal> failed{};
};

asio::awaitable<void> load_some(std::shared_ptr<shared_load> work) {
  // The last household waits for all others.
  while (!work->failed && !work->with.stop && work->next + 1 < work->from.clients.size()) {
    const auto& who = work->from.clients[work->next++];
    auto placed = co_await load_client(work->with, work->at, work->from, who);
    if (placed)
      work->orders += *placed;
    else
      work->failed = placed.error();
  }
}

asio::awaitable<outcome<std::size_t>> load_all_but_last(services& with, organisation::snapshot_ptr at,
                                                        const plan& from) {
  auto work = std::make_shared<shared_load>(shared_load{with, from, std::move(at)});
  const auto executor = co_await asio::this_coro::executor;
  auto all = co_await await_reply<done>([&](reply<done> back) {
    work->running = side_by_side;
    for (std::size_t i = 0; i < side_by_side; ++i)
      asio::co_spawn(executor, load_some(work), [work, back](const std::exception_ptr& thrown) {
        if (thrown && !work->failed)
          work->failed = refusal{errc::internal, "the load of a household was broken off"};
        if (--work->running == 0) back(done{});
      });
  });
  if (!all) co_return all.error();
  if (work->failed) co_return *work->failed;
  if (with.stop) co_return errc::unavailable;
  co_return work->orders;
}

} // namespace

asio::awaitable<outcome<report>> load(services& with, std::uint64_t seed) {
  auto at = co_await fetch(with);
  if (!at && at.error().code != errc::not_found) co_return at.error();
  const bool fresh = !at;
  // The plan follows from the organisation's age, so that a later start finds the same.
  const auto founded =
      fresh ? time_point{std::chrono::floor<std::chrono::seconds>(with.clock.now())} - age_of_house
            : (*at)->created_at;
  const auto from = make_plan(seed, founded);
  report out;
  out.households = from.clients.size();
  out.offers = from.offers.size();
  if (fresh) {
    if (auto made = co_await found(with, from); !made) co_return made.error();
    at = co_await fetch(with);
    if (!at) co_return at.error();
  }
  if ((*at)->id != from.organisation.id) {
    out.became = report::state::foreign;
    co_return out;
  }
  auto complete = co_await is_there(with, from.clients.back().who.id);
  if (!complete) co_return complete.error();
  if (*complete) co_return out;

  out.became = report::state::loaded;
  for (const auto& each : from.offers)
    if (auto made = co_await add_offer(with, from.organisation.id, each); !made) co_return made.error();
  auto orders = co_await load_all_but_last(with, *at, from);
  if (!orders) co_return orders.error();
  out.orders = *orders;
  if (auto last = co_await load_client(with, *at, from, from.clients.back()); !last) co_return last.error();
  co_return out;
}

} // namespace foyer::demo
