#include "demo/clients.hpp"

#include "actors/runtime/ask.hpp"
#include "demo/patience.hpp"

#include <set>

namespace foyer::demo {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

/// A clock that stands still: what is loaded happened then.
class moment final : public clock_source {
public:
  explicit moment(time_point at) : at_(at) {}
  [[nodiscard]] time_point now() const override { return at_; }

private:
  time_point at_;
};

/// How far an earlier load came with a household.
struct progress {
  /// When its orders were placed: by time, since the house adds some by itself, as those of open courses
  /// (H12).
  std::multiset<time_point> orders;
  std::int64_t entries = 0;
};

asio::awaitable<outcome<progress>> progress_of(services& with, const client& who) {
  order::filter mine;
  mine.organisation = who.who.organisation;
  mine.household = who.who.id;
  auto orders = co_await patiently<order::page>(with.stop, [&with, &mine] {
    return await_reply<order::page>(
        [&with, &mine](reply<order::page> back) { with.checkout.orders.list_orders(mine, std::move(back)); });
  });
  if (!orders) co_return orders.error();
  auto purse = co_await patiently<wallet::state>(
      with.stop, [&with, &who] { return ask_entity(with.checkout.wallets, who.who.id, wallet::get_view{}); });
  if (!purse) co_return purse.error();
  progress out;
  for (const auto& each : orders->orders) out.orders.insert(each.created_at);
  out.entries = purse->entries_count;
  co_return out;
}

asio::awaitable<outcome<done>> write_entry(services& with, const plan& from, const client& who,
                                           const money_entry& what) {
  wallet::record command;
  command.organisation = from.organisation.id;
  command.kind = what.change > 0 ? wallet::entry_kind::top_up : wallet::entry_kind::adjustment;
  command.change = what.change;
  command.reason = what.reason;
  command.counter_account = what.change > 0 ? "cash" : "adjustments";
  if (what.change < 0)
    command.staff_floor = from.organisation.options.floor_of(organisation::role::box_office);
  command.by = {wallet::actor_kind::staff, from.account(box_office_email).id, what.at};
  command.id = what.id;
  auto made = co_await patiently<wallet::entry>(
      with.stop, [&] { return ask_entity(with.checkout.wallets, who.who.id, command); });
  if (!made) co_return made.error();
  co_return done{};
}

asio::awaitable<outcome<done>> place_order(services& with, organisation::snapshot_ptr at, const plan& from,
                                           const client& who, const purchase& what) {
  checkout::place_order command;
  command.organisation = at;
  command.shop = at->find_shop(what.at_counter ? "counter" : "online");
  if (command.shop == nullptr) co_return refusal{errc::not_found, "a point of sale of the demonstration"};
  command.account = what.account;
  command.household = who.who.id;
  if (what.at_counter) {
    command.staff = from.account(box_office_email).id;
    command.staff_floor = at->options.floor_of(organisation::role::box_office);
    command.allow_negative = what.allow_negative;
  }
  command.locale = who.who.locale;
  command.lines = what.lines;
  command.payments = what.payments;
  command.accept_terms = true;
  command.quiet = !what.told_by_mail;
  const moment then{what.at};
  checkout::services in_the_past{with.checkout.offers,      with.checkout.wallets, with.checkout.households,
                                 with.checkout.orders,      with.checkout.journal, then,
                                 with.checkout.expire_after};
  auto made =
      co_await patiently<checkout::placed>(with.stop, [&] { return checkout::place(in_the_past, command); });
  if (!made) co_return made.error();
  co_return done{};
}

bool pays_from_wallet(const purchase& what) {
  for (const auto& each : what.payments)
    if (each.method == checkout::payment_method::wallet) return true;
  return false;
}

// Whether an earlier load has done this act; counts it then.
bool was_done(const act& what, progress& left) {
  if (const auto* order = std::get_if<purchase>(&what)) {
    const auto found = left.orders.find(order->at);
    if (found == left.orders.end()) return false;
    left.orders.erase(found);
    if (pays_from_wallet(*order)) --left.entries;
    return true;
  }
  if (left.entries == 0) return false;
  --left.entries;
  return true;
}

refusal about(const client& who, refusal why) {
  why.detail = "household " + who.who.number + ": " + std::string{to_string(why.code)} + " " + why.detail;
  for (const auto& each : why.fields) why.detail += " " + each.field + " " + each.code;
  return why;
}

} // namespace

asio::awaitable<outcome<std::size_t>> load_client(services& with, organisation::snapshot_ptr at,
                                                  const plan& from, const client& who) {
  household::create command;
  command.what = who.who;
  if (who.account) command.rows.cold.emplace_back(*who.account);
  auto made = co_await patiently<household::state>(
      with.stop, [&] { return ask_entity(with.checkout.households, who.who.id, command); });
  progress left;
  if (!made) {
    // A conflict without a constraint's name: this very household is there.
    if (made.error().code != errc::conflict || !made.error().detail.empty())
      co_return about(who, made.error());
    auto found = co_await progress_of(with, who);
    if (!found) co_return about(who, found.error());
    left = *found;
  }
  std::size_t placed = 0;
  for (const auto& each : who.acts) {
    if (with.stop) co_return errc::unavailable;
    if (was_done(each, left)) continue;
    outcome<done> result = done{};
    if (const auto* order = std::get_if<purchase>(&each)) {
      result = co_await place_order(with, at, from, who, *order);
      ++placed;
    } else {
      result = co_await write_entry(with, from, who, std::get<money_entry>(each));
    }
    if (!result) co_return about(who, result.error());
  }
  co_return placed;
}

} // namespace foyer::demo
