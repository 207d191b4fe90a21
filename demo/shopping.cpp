#include "demo/shopping.hpp"

#include <algorithm>
#include <stdexcept>

namespace foyer::demo {
namespace {

using organisation::payment_method;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::string_view members_tag = "adhérent";
// The youngest that a theatre lets in with a seat of their own.
constexpr int seat_from_age = 3;
// Some seats stay free everywhere, so that a newcomer can buy whatever is shown.
constexpr std::int64_t kept_free = 4;
// Purchases lie in this many days before "now"; younger ones may still wait for a bank transfer.
constexpr std::int64_t oldest_purchase_days = 75;
constexpr std::int64_t oldest_transfer_days = 5;

bool has_tag(const household::state& who, std::string_view tag) {
  return std::find(who.tags.begin(), who.tags.end(), tag) != who.tags.end();
}

// The cheapest rate that this person may choose.
const offer::rate& rate_for(const offer::details& what, const household::state& who, int age) {
  const offer::rate* best = nullptr;
  for (const auto& each : what.rates) {
    if (!each.tag.empty() && !has_tag(who, each.tag)) continue;
    if ((each.min_age && age < *each.min_age) || (each.max_age && age > *each.max_age)) continue;
    if (best == nullptr || each.price < best->price) best = &each;
  }
  return best != nullptr ? *best : what.rates.front();
}

checkout::wanted_payment by(payment_method method) {
  return {method, std::nullopt, {}};
}

amount rounded_up(amount sum, amount step) {
  return (sum + step - 1) / step * step;
}

// A day or so before a purchase, but after what was done before.
time_point shortly_before(time_point purchase_at, const client& who) {
  const auto at = purchase_at - hours{26};
  if (who.acts.empty()) return at;
  const auto last = std::visit([](const auto& each) { return each.at; }, who.acts.back());
  return std::max(at, last + minutes{5});
}

} // namespace

shopping::shopping(std::uint64_t seed, const plan& of) : seed_(seed), plan_(of), chance_(seed, "purchases") {
  for (const auto& each : plan_.offers) demand_.push_back(each.demand);
}

const planned_offer& shopping::offer(std::string_view key) const {
  for (const auto& each : plan_.offers)
    if (each.key == key) return each;
  throw std::logic_error{"the data files have no offer " + std::string{key}};
}

const planned_offer& shopping::draw() {
  return plan_.offers[chance_.weighted(demand_)];
}

bool shopping::add(basket& to, const planned_offer& what, const offer::rate& rate,
                   std::vector<member_id> members, std::int32_t quantity) {
  auto& taken = taken_[what.id];
  if (what.what.capacity &&
      taken + quantity > *what.what.capacity - std::min(kept_free, *what.what.capacity - 1))
    return false;
  taken += quantity;
  to.lines.push_back({what.id, rate.id, quantity, std::move(members)});
  to.total += rate.price * quantity;
  to.stored_value = to.stored_value || what.what.kind == offer::kind::voucher;
  to.counter_only = to.counter_only || !what.what.sold_by("online");
  return true;
}

// The family goes together, or two of them, each at their own rate.
void shopping::add_show(basket& to, const planned_offer& what, const household::state& who, time_point at) {
  std::vector<const household::member*> going;
  for (const auto& each : who.members)
    if (age_of(each, at) >= seat_from_age) going.push_back(&each);
  if (going.size() > 2 && chance_.percent(40)) going.resize(2);
  std::map<rate_id, std::vector<member_id>> seats;
  for (const auto* each : going) seats[rate_for(what.what, who, age_of(*each, at)).id].push_back(each->id);
  // Somebody who lives alone often brings a friend, whom the house does not know.
  const bool friend_too = going.size() == 1 && chance_.percent(45);
  for (auto& [rate, members] : seats) {
    const auto count = static_cast<std::int32_t>(members.size()) + (friend_too ? 1 : 0);
    add(to, what, *what.what.find_rate(rate), std::move(members), count);
  }
}

void shopping::add_other(basket& to, const planned_offer& what, const household::state& who, time_point at) {
  if (!what.what.for_members) {
    const auto& rate = what.what.rates[chance_.below(what.what.rates.size())];
    if (rate.tag.empty() || has_tag(who, rate.tag)) add(to, what, rate, {}, 1);
    return;
  }
  for (const auto& each : who.members) {
    const auto age = age_of(each, at);
    if ((what.what.min_age && age < *what.what.min_age) || (what.what.max_age && age > *what.what.max_age))
      continue;
    add(to, what, rate_for(what.what, who, age), {each.id}, 1);
    return;
  }
}

shopping::basket shopping::fill(const household::state& who, time_point at) {
  basket made;
  const auto wanted = chance_.percent(25) ? 2 : 1;
  for (int i = 0; i < wanted; ++i) {
    const auto& what = draw();
    const bool there = std::any_of(made.lines.begin(), made.lines.end(),
                                   [&](const checkout::wanted_line& each) { return each.offer == what.id; });
    if (there) continue;
    if (what.what.kind == offer::kind::ticket)
      add_show(made, what, who, at);
    else
      add_other(made, what, who, at);
  }
  return made;
}

void shopping::top_up(client& to, amount sum, time_point at) {
  const auto name = "entry " + to.who.number + " " + std::to_string(to.acts.size());
  to.acts.emplace_back(money_entry{at, entry_id{made_id(seed_, name, at)}, sum, "Versement au guichet"});
  balance_ += sum;
}

void shopping::take_off(client& to, amount sum, time_point at) {
  const auto name = "entry " + to.who.number + " " + std::to_string(to.acts.size());
  to.acts.emplace_back(
      money_entry{at, entry_id{made_id(seed_, name, at)}, -sum, "Régularisation : chèque revenu impayé"});
  balance_ -= sum;
}

void shopping::pay_from_balance(client& who, basket what, time_point at) {
  if (balance_ < what.total)
    top_up(who, rounded_up(what.total - balance_, chance_.percent(50) ? 2'000 : 5'000),
           shortly_before(at, who));
  balance_ -= what.total;
  purchase made;
  made.at = at;
  made.account = who.who.account;
  made.lines = std::move(what.lines);
  if (what.total > 0) made.payments = {by(payment_method::wallet)};
  who.acts.emplace_back(std::move(made));
}

void shopping::pay_at_counter(client& who, basket what, time_point at) {
  purchase made;
  made.at = at;
  made.at_counter = true;
  made.lines = std::move(what.lines);
  if (what.total > 0)
    made.payments = {by(chance_.percent(60)   ? payment_method::cash
                        : chance_.percent(70) ? payment_method::cheque
                                              : payment_method::bank_transfer)};
  who.acts.emplace_back(std::move(made));
}

void shopping::pay_by_transfer_later(client& who, basket what) {
  purchase made;
  made.at = plan_.base - hours{chance_.between(6, 24 * oldest_transfer_days)};
  made.account = who.who.account;
  made.lines = std::move(what.lines);
  if (what.total > 0) made.payments = {by(payment_method::bank_transfer)};
  who.acts.emplace_back(std::move(made));
}

void shopping::owe(client& who, basket what, time_point at) {
  balance_ -= what.total;
  purchase made;
  made.at = at;
  made.at_counter = true;
  made.allow_negative = true;
  made.lines = std::move(what.lines);
  if (what.total > 0) made.payments = {by(payment_method::wallet)};
  who.acts.emplace_back(std::move(made));
}

void shopping::settle_up(client& who) {
  const auto at = plan_.base - hours{chance_.between(2, 24 * oldest_transfer_days)};
  if (balance_ <= 0 && chance_.percent(18)) return top_up(who, 500 * chance_.between(2, 24), at);
  const auto room = balance_ - plan_.organisation.options.floor_of(organisation::role::box_office);
  const auto cheque = 100 * chance_.between(15, 60);
  if (balance_ < 2'000 && room >= cheque && chance_.percent(8)) take_off(who, cheque, at);
}

void shopping::stranger(client& who) {
  balance_ = 0;
  const auto orders = chance_.weighted({12, 30, 30, 18, 10});
  std::vector<time_point> moments;
  for (std::size_t i = 0; i < orders; ++i) {
    const auto day = std::chrono::floor<days>(plan_.base) -
                     days{chance_.between(oldest_transfer_days + 2, oldest_purchase_days)};
    moments.push_back(day + hours{9} + minutes{chance_.between(0, 11 * 60)});
  }
  std::sort(moments.begin(), moments.end());
  const auto floor = plan_.organisation.options.floor_of(organisation::role::box_office);
  for (const auto at : moments) {
    auto what = fill(who.who, at);
    if (what.lines.empty()) continue;
    const auto way = chance_.weighted({48, 44, 8});
    if (way == 2 && balance_ - what.total >= floor && !what.stored_value)
      owe(who, std::move(what), at);
    else if (way == 1 || what.stored_value || what.counter_only)
      pay_at_counter(who, std::move(what), at);
    else
      pay_from_balance(who, std::move(what), at);
  }
  if (chance_.percent(9))
    if (auto what = fill(who.who, plan_.base); !what.lines.empty() && !what.counter_only)
      return pay_by_transfer_later(who, std::move(what));
  settle_up(who);
}

void shopping::claire(client& her) {
  balance_ = 0;
  const auto ago = [&](int day_count, int hour) {
    return std::chrono::floor<days>(plan_.base) - days{day_count} + hours{hour};
  };
  const auto& family = her.who.members;
  const auto family_basket = [&](std::string_view key, std::size_t count, time_point at) {
    basket out;
    std::map<rate_id, std::vector<member_id>> seats;
    for (std::size_t i = 0; i < count; ++i)
      seats[rate_for(offer(key).what, her.who, age_of(family[i], at)).id].push_back(family[i].id);
    for (auto& [rate, members] : seats) {
      const auto quantity = static_cast<std::int32_t>(members.size());
      add(out, offer(key), *offer(key).what.find_rate(rate), std::move(members), quantity);
    }
    return out;
  };
  const auto single = [&](std::string_view key, std::size_t rate, std::vector<member_id> members) {
    basket out;
    add(out, offer(key), offer(key).what.rates[rate], std::move(members), 1);
    return out;
  };
  struct bought {
    time_point at;
    basket what;
  };
  std::vector<bought> online;
  online.push_back({ago(60, 18), single("adhesion", 1, {})});
  online.push_back({ago(58, 19), family_basket("malade/1", family.size(), ago(58, 19))});
  online.push_back({ago(44, 11), single("enfants", 0, {family.back().id})});
  online.push_back({ago(30, 20), single("pass", 0, {})});
  online.push_back({ago(16, 17), family_basket("aube/1", 2, ago(16, 17))});
  online.push_back({ago(2, 18), family_basket("fil/1", family.size(), ago(2, 18))});

  amount needed = claires_balance;
  for (const auto& each : online) needed += each.what.total;
  const amount first = rounded_up(needed / 2, 1'000);
  top_up(her, first, ago(62, 15));
  pay_from_balance(her, std::move(online[0].what), online[0].at);
  pay_from_balance(her, std::move(online[1].what), online[1].at);
  top_up(her, needed - first, ago(46, 15));
  for (std::size_t i = 2; i < online.size(); ++i)
    pay_from_balance(her, std::move(online[i].what), online[i].at);
  // One mail in the demonstration's mailbox, with the link to her tickets.
  std::get<purchase>(her.acts.back()).told_by_mail = true;
  // A present, bought at the counter: stored value is never bought with a balance (W10). Before the last
  // order.
  purchase present;
  present.at = ago(9, 16);
  present.at_counter = true;
  present.lines = single("bon50", 0, {}).lines;
  present.payments = {by(payment_method::cash)};
  her.acts.insert(her.acts.end() - 1, std::move(present));
  if (balance_ != claires_balance) throw std::logic_error{"Claire's balance does not come out even"};
}

} // namespace foyer::demo
