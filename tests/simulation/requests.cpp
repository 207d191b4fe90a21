#include "tests/simulation/requests.hpp"

#include "actors/runtime/ask.hpp"

namespace foyer::simulation {
namespace {

namespace asio = boost::asio;
using organisation::payment_method;
using runtime::ask_entity;
using runtime::await_reply;

uuid numbered(std::uint8_t kind, std::uint64_t number) {
  uuid out;
  out.bytes[0] = kind;
  for (int i = 0; i < 8; ++i)
    out.bytes[static_cast<std::size_t>(15 - i)] = static_cast<std::uint8_t>(number >> (8 * i));
  return out;
}

organisation::snapshot_ptr an_organisation() {
  organisation::snapshot made;
  made.id = organisation_id{numbered(1, 1)};
  made.slug = "parc";
  made.name = "Théâtre du Parc";
  made.locale = "fr";
  organisation::shop online;
  online.id = shop_id{numbered(2, 1)};
  online.slug = "online";
  online.payment_methods = {payment_method::wallet, payment_method::bank_transfer};
  organisation::shop counter;
  counter.id = shop_id{numbered(2, 2)};
  counter.slug = "guichet";
  counter.box_office = true;
  counter.payment_methods = {payment_method::wallet, payment_method::cash, payment_method::bank_transfer};
  made.shops = {online, counter};
  return std::make_shared<const organisation::snapshot>(std::move(made));
}

offer::state an_offer(const organisation_id& of, std::uint64_t number) {
  offer::details what;
  what.title = {"Le Cid", "Le Cid"};
  what.rates.push_back({rate_id{numbered(4, number)}, {"plein", "full"}, 500, {}, {}, {}});
  what.shops = {"online", "guichet"};
  what.capacity = static_cast<std::int64_t>(number * 4);
  offer::state made;
  made.organisation = of;
  made.id = offer_id{numbered(3, number)};
  made.version = 1;
  made.what = std::make_shared<const offer::details>(std::move(what));
  return made;
}

idempotency_row row_of(const server& with, const request& what) {
  return {what.key, {}, 201, {}, with.now()};
}

checkout::answer_to_keep keep_order(const server& with, const request& what) {
  return {row_of(with, what), [](const order::state& of) { return to_string(of.id); }, {}};
}

template <class T>
asio::awaitable<answer> refused(server with, const request what, outcome<T> result) {
  auto stored = co_await await_reply<order::stored_answer>(
      [&](reply<order::stored_answer> back) { with.answers.find_answer(what.key, std::move(back)); });
  if (!stored) co_return answer{{}, errc::unavailable};
  if (stored->order) co_return answer{to_string(*stored->order), {}};
  if (stored->status != 0) co_return answer{stored->answer, {}};
  co_return answer{{}, result.error()};
}

asio::awaitable<answer> place(server with, request what) {
  checkout::place_order command;
  command.organisation = with.here.organisation;
  command.shop =
      with.here.organisation->find_shop(what.what == request::kind::staff_order ? "guichet" : "online");
  if (what.what == request::kind::staff_order) {
    command.staff = with.here.staff;
    command.staff_floor = house::staff_floor;
    command.allow_negative = true;
  }
  command.account = what.account;
  if (!what.account) command.household = what.household;
  command.locale = "fr";
  command.buyer.email = "zoe@example.org";
  if (what.account) {
    auto person = co_await ask_entity(with.accounts, *what.account, account::get_view{});
    if (!person) co_return answer{{}, person.error()};
    command.buyer.first_name = person->first_name;
    command.buyer.last_name = person->last_name;
  }
  for (int i = 0; i < what.lines; ++i) command.lines.push_back({what.offer, {}, what.quantity, {}});
  command.payments = what.payments;
  command.answer = keep_order(with, what);
  auto placed = co_await checkout::place(with.services, std::move(command));
  if (!placed) co_return co_await refused(with, what, std::move(placed));
  co_return answer{placed->answer, {}};
}

asio::awaitable<answer> record_payment(server with, request what) {
  auto order = co_await await_reply<order::state>(
      [&](reply<order::state> back) { with.services.orders.load_order(what.order, std::move(back)); });
  if (!order) co_return answer{{}, order.error()};
  checkout::record_payment command;
  command.organisation = with.here.organisation;
  command.number = order->number;
  command.method = payment_method::bank_transfer;
  command.sum = what.change != 0 ? what.change : order->outstanding();
  command.by = with.here.staff;
  command.answer = keep_order(with, what);
  auto recorded = co_await checkout::record(with.services, std::move(command));
  if (!recorded) co_return co_await refused(with, what, std::move(recorded));
  co_return answer{recorded->answer, {}};
}

asio::awaitable<answer> pay(server with, request what) {
  auto order = co_await await_reply<order::state>(
      [&](reply<order::state> back) { with.services.orders.load_order(what.order, std::move(back)); });
  if (!order) co_return answer{{}, order.error()};
  checkout::pay_order command;
  command.organisation = with.here.organisation;
  command.id = what.order;
  command.method = what.payments.front().method;
  command.payer = order->household;
  command.by = {wallet::actor_kind::buyer, what.account, with.now()};
  command.answer = keep_order(with, what);
  auto paid = co_await checkout::pay(with.services, std::move(command));
  if (!paid) co_return co_await refused(with, what, std::move(paid));
  co_return answer{paid->answer, {}};
}

asio::awaitable<answer> refund(server with, request what) {
  auto order = co_await await_reply<order::state>(
      [&](reply<order::state> back) { with.services.orders.load_order(what.order, std::move(back)); });
  if (!order) co_return answer{{}, order.error()};
  checkout::refund_order command;
  command.organisation = with.here.organisation;
  command.number = order->number;
  if (what.by_line)
    for (const auto& each : order->lines)
      if (!each.cancelled && command.lines.empty()) command.lines.push_back(each.id);
  command.where = what.change == 0 ? order::refund_to::wallet : order::refund_to::original;
  command.reason = "ill";
  command.by = with.here.staff;
  command.answer = keep_order(with, what);
  auto refunded = co_await checkout::refund(with.services, std::move(command));
  if (!refunded) co_return co_await refused(with, what, std::move(refunded));
  co_return answer{refunded->answer, {}};
}

asio::awaitable<answer> expire(server with, request what) {
  checkout::cancel_order command;
  command.organisation = with.here.organisation->id;
  command.id = what.order;
  command.reason = "expired";
  command.by = {wallet::actor_kind::system, {}, with.now()};
  command.only_if_expired_at = with.now();
  command.mail_from = with.here.organisation;
  command.answer = keep_order(with, what);
  auto cancelled = co_await checkout::cancel(with.services, std::move(command));
  if (!cancelled) co_return co_await refused(with, what, std::move(cancelled));
  co_return answer{cancelled->answer, {}};
}

asio::awaitable<answer> record_entry(server with, request what) {
  wallet::record command;
  command.organisation = with.here.organisation->id;
  command.kind = what.change > 0 ? wallet::entry_kind::top_up : wallet::entry_kind::adjustment;
  command.change = what.change;
  command.counter_account = "cash";
  if (what.change < 0) command.staff_floor = house::staff_floor;
  command.by = {wallet::actor_kind::staff, with.here.staff, with.now()};
  command.id = entry_id{new_uuid(1)};
  command.idempotency = row_of(with, what);
  command.render = [](const wallet::entry& of) { return to_string(of.id); };
  auto recorded = co_await ask_entity(with.services.wallets, what.household, std::move(command));
  if (!recorded) co_return co_await refused(with, what, std::move(recorded));
  co_return answer{to_string(recorded->id), {}};
}

// These three have no key: whoever does not know what became of it looks first.
asio::awaitable<answer> change_offer(server with, request what) {
  auto view = co_await ask_entity(with.services.offers, what.offer, offer::get_view{});
  if (!view) co_return answer{{}, view.error()};
  offer::change command;
  command.organisation = with.here.organisation->id;
  command.expected_version = view->version;
  command.what = *view->what;
  command.what.capacity = what.capacity;
  const auto mark = mark_of(what.number);
  if (command.what.description.fr.find(mark) != std::string::npos) co_return answer{"", {}};
  command.what.description.fr += mark;
  auto changed = co_await ask_entity(with.services.offers, what.offer, std::move(command));
  if (!changed) co_return answer{{}, changed.error()};
  co_return answer{"", {}};
}

asio::awaitable<answer> change_household(server with, request what) {
  auto view = co_await ask_entity(with.services.households, what.household, household::get_view{});
  if (!view) co_return answer{{}, view.error()};
  household::add_member command;
  command.who = member_of(what.number);
  if (view->find_member(command.who.id) != nullptr) co_return answer{"", {}};
  // What was sent before may still land between this look and the change.
  if (what.attempts > 1) command.expected_version = view->version;
  auto changed = co_await ask_entity(with.services.households, what.household, std::move(command));
  if (!changed) co_return answer{{}, changed.error()};
  co_return answer{"", {}};
}

asio::awaitable<answer> change_account(server with, request what) {
  account::update_profile command;
  auto& field = what.number % 3 == 0   ? command.first_name
                : what.number % 3 == 1 ? command.last_name
                                       : command.website;
  field = mark_of(what.number);
  auto changed = co_await ask_entity(with.accounts, with.here.newcomer, std::move(command));
  if (!changed) co_return answer{{}, changed.error()};
  co_return answer{"", {}};
}

merge::answer_to_keep keep_merge(const server& with, const request& what) {
  return {row_of(with, what), [](const households_merged_row& of) { return to_string(of.id); }};
}

asio::awaitable<answer> merge_two(server with, request what) {
  merge::merge_households command;
  command.organisation = with.here.organisation->id;
  command.id = merge_id{new_uuid(1)};
  command.into = what.household;
  command.from = what.other;
  command.by = {wallet::actor_kind::staff, with.here.staff, with.now()};
  command.staff_floor = house::staff_floor;
  command.answer = keep_merge(with, what);
  auto made = co_await merge::run(with.merging, std::move(command));
  if (!made) co_return co_await refused(with, what, std::move(made));
  co_return answer{made->answer, {}};
}

asio::awaitable<answer> undo_merge(server with, request what) {
  const auto& stored = with.in.merges.at(what.merge);
  // As the route looks before it asks.
  outcome<merge::merged> newer{errc::newer_changes};
  if (!stored.undone && !with.in.orders_unchanged(stored))
    co_return co_await refused(with, what, std::move(newer));
  merge::undo_merge command;
  command.what.id = what.merge;
  command.what.organisation = stored.row.organisation;
  command.what.into = stored.row.into;
  command.what.from = stored.row.from;
  command.what.moved = stored.row.moved;
  command.what.into_version = stored.row.into_version;
  command.what.from_version = stored.row.from_version;
  command.what.into_entries = stored.row.into_entries;
  command.what.from_entries = stored.row.from_entries;
  command.what.into_before = stored.into_before;
  command.what.from_before = stored.from_before;
  command.by = {wallet::actor_kind::staff, with.here.staff, with.now()};
  command.staff_floor = house::staff_floor;
  command.answer = keep_merge(with, what);
  auto made = co_await merge::undo(with.merging, std::move(command));
  if (!made) co_return co_await refused(with, what, std::move(made));
  co_return answer{made->answer, {}};
}

std::optional<order_id> a_paid_order(const tables& in, dice& chance) {
  std::vector<order_id> paid;
  for (const auto& which : in.orders_in_turn)
    if (in.orders.at(which).status == order::status::paid) paid.push_back(which);
  if (paid.empty()) return std::nullopt;
  return paid[chance.below(paid.size())];
}

// An order of these that still awaits payment, or none.
std::optional<order_id> an_open_order(const tables& in, dice& chance, std::optional<time_point> expired_at) {
  std::vector<order_id> open;
  for (const auto& which : in.orders_in_turn) {
    const auto& each = in.orders.at(which);
    if (each.status != order::status::awaiting_payment) continue;
    if (!expired_at || (each.expires_at && *each.expires_at <= *expired_at)) open.push_back(which);
  }
  if (open.empty()) return std::nullopt;
  return open[chance.below(open.size())];
}

} // namespace

std::string mark_of(std::uint64_t number) {
  return "<" + std::to_string(number) + ">";
}

household::member member_of(std::uint64_t number) {
  household::member out;
  out.id = member_id{numbered(9, number)};
  out.first_name = mark_of(number);
  return out;
}

bool still_there(const tables& in, const request& of) {
  switch (of.what) {
  case request::kind::change_offer:
    return in.offers.at(of.offer).what->description.fr.find(mark_of(of.number)) != std::string::npos;
  case request::kind::change_household:
    for (const auto& [id, each] : in.households)
      if (each.find_member(member_of(of.number).id) != nullptr) return true;
    return false;
  default: return true; // a field of an account is overwritten by the next who changes it
  }
}

house::house(tables& to) : organisation(an_organisation()), newcomer(numbered(7, 1)), staff(numbered(7, 2)) {
  to.staff_floor = staff_floor;
  account::state person;
  person.id = newcomer;
  person.version = 1;
  person.active = true;
  to.accounts.emplace(newcomer, std::move(person));
  for (std::uint64_t i = 1; i <= offers_count; ++i) {
    auto made = an_offer(organisation->id, i);
    offers.push_back(made.id);
    to.offers.emplace(made.id, std::move(made));
  }
  for (std::uint64_t i = 1; i <= households_count; ++i) {
    household::state made;
    made.organisation = organisation->id;
    made.id = household_id{numbered(5, i)};
    made.version = 1;
    made.number = "C-00000" + std::to_string(i);
    made.responsible = member_id{numbered(6, i)};
    made.members.push_back({made.responsible, "Zoé", "Lœuillet", {}, {}, {}, {}, "{}"});
    households.push_back(made.id);
    to.households.emplace(made.id, std::move(made));
  }
}

asio::awaitable<answer> attempt(server with, request what) {
  switch (what.what) {
  case request::kind::order:
  case request::kind::staff_order: return place(with, std::move(what));
  case request::kind::record_payment: return record_payment(with, std::move(what));
  case request::kind::pay: return pay(with, std::move(what));
  case request::kind::refund: return refund(with, std::move(what));
  case request::kind::expire: return expire(with, std::move(what));
  case request::kind::record_entry: return record_entry(with, std::move(what));
  case request::kind::change_offer: return change_offer(with, std::move(what));
  case request::kind::change_household: return change_household(with, std::move(what));
  case request::kind::merge: return merge_two(with, std::move(what));
  case request::kind::undo_merge: return undo_merge(with, std::move(what));
  case request::kind::change_account: break;
  }
  return change_account(with, std::move(what));
}

request next_request(const house& here, const tables& in, const mix& weights, time_point now, dice& chance,
                     std::uint64_t number) {
  request out;
  out.key = numbered(8, number);
  out.number = number;
  out.offer = here.offers[chance.below(here.offers.size())];
  out.household = here.households[chance.below(here.households.size())];
  out.quantity = static_cast<std::int32_t>(chance.between(1, 3));
  const auto by_transfer = checkout::wanted_payment{payment_method::bank_transfer, {}, {}};
  const auto by_wallet = checkout::wanted_payment{payment_method::wallet, {}, {}};
  const std::size_t parts[] = {weights.wallet_orders,   weights.split_orders,  weights.transfer_orders,
                               weights.payments,        weights.expiries,      weights.records,
                               weights.staff_orders,    weights.offer_changes, weights.household_changes,
                               weights.account_changes, weights.merges,        weights.undone_merges,
                               weights.refunds,         weights.own_payments};
  std::size_t sum = 0;
  for (const auto part : parts) sum += part;
  auto drawn = chance.below(sum);
  std::size_t chosen = 0;
  while (drawn >= parts[chosen]) drawn -= parts[chosen++];
  out.payments = {by_wallet};
  switch (chosen) {
  case 0: break;
  case 1: out.payments = {by_wallet, by_transfer}; break;
  case 2:
    out.payments = {by_transfer};
    if (chance.one_in(2)) out.account = here.newcomer;
    break;
  case 3:
  case 4: {
    const auto open = an_open_order(in, chance, chosen == 4 ? std::optional{now} : std::nullopt);
    if (!open) break; // nothing to pay or to expire: an order by wallet instead
    out.what = chosen == 3 ? request::kind::record_payment : request::kind::expire;
    out.order = *open;
    if (chosen == 3 && chance.one_in(4)) out.change = 100;
    break;
  }
  case 5:
    out.what = request::kind::record_entry;
    out.change = chance.one_in(4) ? -chance.between(1, 2'500) : chance.between(1, 3'000);
    break;
  case 6: out.what = request::kind::staff_order; break;
  case 7:
    out.what = request::kind::change_offer;
    out.capacity = chance.between(2, 14);
    break;
  case 8: out.what = request::kind::change_household; break;
  case 10:
    out.what = request::kind::merge;
    do out.other = here.households[chance.below(here.households.size())];
    while (out.other == out.household);
    break;
  case 11:
    out.what = request::kind::merge;
    out.other = here.households[(chance.below(here.households.size() - 1) + 1) % here.households.size()];
    if (in.merges_in_turn.empty()) break;
    out.what = request::kind::undo_merge;
    out.merge = in.merges_in_turn.back();
    break;
  case 12: {
    const auto paid = a_paid_order(in, chance);
    if (!paid) break; // nothing to give back: an order by wallet instead
    out.what = request::kind::refund;
    out.order = *paid;
    out.by_line = chance.one_in(2);
    out.change = chance.one_in(2) ? 1 : 0;
    break;
  }
  case 13: {
    const auto open = an_open_order(in, chance, std::nullopt);
    if (!open) break;
    out.what = request::kind::pay;
    out.order = *open;
    if (chance.one_in(3)) out.payments = {by_transfer};
    break;
  }
  default: out.what = request::kind::change_account; break;
  }
  if (weights.refunds > 0 && chance.one_in(2)) out.lines = 2;
  return out;
}

} // namespace foyer::simulation
