#include "actors/checkout/build.hpp"
#include "actors/checkout/steps.hpp"
#include "actors/runtime/ask.hpp"
#include "actors/runtime/entity.hpp"
#include "actors/vocabulary/local_year.hpp"

#include <algorithm>

// What happens to an order after it was placed: a payment is recorded, the buyer pays, or it is cancelled.
// The order's row version decides between two that come at once; the loser looks again.

namespace foyer::checkout {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

constexpr int attempts_max = 4;
constexpr std::string_view idempotency_constraint = "idempotency_pkey";

} // namespace

asio::awaitable<outcome<order::state>> load_order(services& with, const organisation_id& of,
                                                  const std::string& number) {
  return await_reply<order::state>(
      [&with, of, number](reply<order::state> back) { with.orders.load_order(of, number, back); });
}

asio::awaitable<outcome<order::state>> load_order(services& with, const order_id& which) {
  return await_reply<order::state>(
      [&with, which](reply<order::state> back) { with.orders.load_order(which, back); });
}

order_changed changed_row(const order::state& next) {
  order_changed row;
  row.id = next.id;
  row.expected_version = next.version - 1;
  row.version = next.version;
  row.status = static_cast<int>(next.status);
  row.paid_at = next.paid_at;
  row.expires_at = next.expires_at;
  row.cancel_reason = next.cancel_reason;
  row.household = next.household;
  if (next.invoice_number == 0) row.invoice_year = next.invoice_year; // else it has its number already
  return row;
}

payment_changed changed_row(const order::state& of, const order::payment& payment) {
  return {of.id,      payment.position, static_cast<int>(payment.status), payment.reference,
          payment.at, payment.taken_by};
}

namespace {

amount held_sum(const order::state& of) {
  amount sum = 0;
  for (const auto& each : of.payments)
    if (each.status == order::payment_status::held) sum += each.sum;
  return sum;
}

std::map<offer_id, std::int64_t> places_of(const order::state& of) {
  std::map<offer_id, std::int64_t> sums;
  for (const auto& line : of.lines)
    if (!line.cancelled) sums[line.offer] += line.quantity;
  return sums;
}

void free_or_sell(const order::state& of, bool paid, commit& rows) {
  for (const auto& [which, quantity] : places_of(of)) {
    stock_delta delta;
    delta.organisation = of.organisation;
    delta.offer = which;
    delta.held = -quantity;
    if (paid) delta.sold = quantity;
    rows.stock.push_back(delta);
  }
}

} // namespace

asio::awaitable<outcome<offers_before>> offers_of(services& with, const order::state& of) {
  offers_before out;
  for (const auto& line : of.lines) {
    if (out.contains(line.offer)) continue;
    auto view = co_await ask_entity(with.offers, line.offer, offer::get_view{});
    if (!view) co_return view.error();
    out.emplace(line.offer, std::move(*view));
  }
  co_return out;
}

namespace {

void tell_offers(services& with, const order::state& of, const offers_before& offers, bool paid) {
  for (const auto& [which, quantity] : places_of(of))
    with.offers.tell(which, ask<offer::settle_held>{{quantity, offers.at(which).loads, paid}, {}});
}

bool is_over(const order::state& of) {
  return of.status != order::status::awaiting_payment;
}

// What a repayment brought, as one entry of its order.
asio::awaitable<outcome<done>> credit(services& with, const order::state& of, amount sum, wallet::origin by,
                                      commit rows) {
  if (!of.household) co_return refusal{errc::conflict, "The order has no household, and no wallet."};
  wallet::record entry;
  entry.organisation = of.organisation;
  entry.kind = wallet::entry_kind::top_up;
  entry.change = sum;
  entry.reason = "repayment";
  entry.counter_account = "cash";
  entry.order = of.id;
  entry.order_number = of.number;
  entry.by = by;
  entry.id = entry_id{new_uuid(unix_ms(by.at))};
  entry.rows = std::move(rows);
  auto written = co_await ask_entity(with.wallets, *of.household, std::move(entry));
  if (!written) co_return written.error();
  co_return done{};
}

} // namespace

asio::awaitable<outcome<done>> write_change(services& with, const order::state& of, money_moved moved,
                                            wallet::origin by, commit rows) {
  if (moved.top_up > 0) co_return co_await credit(with, of, moved.top_up, by, std::move(rows));
  if (moved.held == 0 && moved.refund == 0 && moved.more == 0) {
    auto what = co_await await_reply<commit_outcome>([&](reply<commit_outcome> back) {
      with.journal.append(std::move(rows), [back](const commit_outcome& became) { back(became); });
    });
    if (!what) co_return what.error();
    if (what->status == commit_status::stale) co_return errc::version_conflict;
    if (what->status != commit_status::committed) co_return runtime::refusal_of(*what);
    co_return done{};
  }
  if (!of.household) co_return refusal{errc::conflict, "The order has no household, and no wallet."};
  wallet::settle_hold settle;
  settle.organisation = of.organisation;
  settle.sum = moved.held;
  settle.refund = moved.refund;
  settle.refund_id = entry_id{new_uuid(unix_ms(by.at))};
  settle.order = of.id;
  settle.order_number = of.number;
  settle.capture = moved.capture;
  settle.more = moved.more;
  settle.by = by;
  settle.release_id = entry_id{new_uuid(unix_ms(by.at))};
  settle.purchase_id = entry_id{new_uuid(unix_ms(by.at))};
  settle.rows = std::move(rows);
  auto settled = co_await ask_entity(with.wallets, *of.household, std::move(settle));
  if (!settled) co_return settled.error();
  co_return done{};
}

bool may_try_again(const refusal& why) {
  if (why.detail == idempotency_constraint) return false; // done already: its answer is stored
  return why.code == errc::version_conflict || why.code == errc::conflict || why.code == errc::unavailable ||
         why.code == errc::household_merged;
}

namespace {

// The payment that was promised with this method becomes the received one; what was received beside it is
// new.
void receive(order::state& of, const record_payment& command, time_point at, commit& rows) {
  for (auto& each : of.payments) {
    if (each.status != order::payment_status::pending || each.method != command.method ||
        each.sum != command.sum)
      continue;
    each.status = order::payment_status::succeeded;
    if (!command.reference.empty()) each.reference = command.reference;
    each.at = at;
    each.taken_by = command.by;
    rows.cold.emplace_back(changed_row(of, each));
    return;
  }
  order::payment made;
  made.id = payment_id{new_uuid(unix_ms(at))};
  made.position = static_cast<int>(of.payments.size());
  made.method = command.method;
  made.sum = command.sum;
  made.status = order::payment_status::succeeded;
  made.reference = command.reference;
  made.at = at;
  made.taken_by = command.by;
  of.payments.push_back(made);
  rows.payments.push_back(order::to_row(of, made));
}

// Once the total is there, what was only promised is not owed any more, and held money is taken.
void complete(order::state& of, time_point at, commit& rows) {
  for (auto& each : of.payments) {
    if (each.status == order::payment_status::pending)
      each.status = order::payment_status::failed;
    else if (each.status == order::payment_status::held)
      each.status = order::payment_status::succeeded;
    else
      continue;
    rows.cold.emplace_back(changed_row(of, each));
  }
  of.status = order::status::paid;
  of.paid_at = at;
  of.expires_at.reset();
}

// Everything that a paid order brings: tickets and benefits, its places sold, the mail. Returns the offers as
// they were before.
asio::awaitable<outcome<offers_before>> make_paid(services& with, const organisation::snapshot& from,
                                                  order::state& next, time_point at, commit& rows) {
  auto offers = co_await offers_of(with, next);
  if (!offers) co_return offers.error();
  std::map<offer_id, std::shared_ptr<const offer::details>> what;
  for (const auto& [which, each] : *offers) what.emplace(which, each.what);
  std::optional<household::state> whose;
  if (next.household) {
    auto view = co_await ask_entity(with.households, *next.household, household::get_view{});
    if (!view) co_return view.error();
    whose = std::move(*view);
  }
  complete(next, at, rows);
  order::make_invoice(next, local_year(from.options.time_zone, at));
  issue(next, what, whose ? &*whose : nullptr, at);
  order::write_tickets(next, rows);
  free_or_sell(next, true, rows);
  rows.cold.emplace_back(deadline_done{deadline_kind::order_expiry, next.id.value});
  if (!next.buyer_email.empty())
    rows.mails.push_back(order_mail("order_paid", next, from, next.buyer_email, at));
  co_return offers;
}

// The last steps of every change: the order's own row, its answer, the commit, and the news for the offers.
asio::awaitable<outcome<placed>> finish(services& with, order::state next, const answer_to_keep& answer,
                                        money_moved moved, wallet::origin by, commit rows,
                                        const std::optional<offers_before>& offers, bool paid) {
  rows.cold.insert(rows.cold.begin(), changed_row(next));
  placed out;
  keep_answer(answer, next, out.answer, rows);
  auto written = co_await write_change(with, next, moved, by, std::move(rows));
  if (!written) co_return written.error();
  if (offers) tell_offers(with, next, *offers, paid);
  out.order = std::move(next);
  co_return out;
}

asio::awaitable<outcome<placed>> record_once(services& with, const record_payment& command) {
  const auto at = with.clock.now();
  auto loaded = co_await load_order(with, command.organisation->id, command.number);
  if (!loaded) co_return loaded.error();
  auto next = std::move(*loaded);
  if (is_over(next)) co_return errc::too_late;
  if (command.sum <= 0 || command.sum > next.outstanding()) co_return errc::payment_mismatch;

  commit rows;
  money_moved moved;
  moved.capture = true;
  const auto held = held_sum(next);
  receive(next, command, at, rows);
  const bool paid = next.outstanding() == 0;
  ++next.version;
  std::optional<offers_before> offers;
  if (paid) {
    moved.held = held;
    auto before = co_await make_paid(with, *command.organisation, next, at, rows);
    if (!before) co_return before.error();
    offers = std::move(*before);
    if (next.kind == order::kind::repayment) moved.top_up = next.total;
  }
  const wallet::origin by{wallet::actor_kind::staff, command.by, at};
  co_return co_await finish(with, std::move(next), command.answer, moved, by, std::move(rows), offers, true);
}

// A bound on what a buyer who changes their mind all day long leaves in an order.
constexpr std::size_t payments_max = 20;

// What was promised until now is not owed any more; this is.
order::payment& promise_anew(order::state& of, payment_method method, amount sum, time_point at,
                             commit& rows) {
  for (auto& each : of.payments) {
    if (each.status != order::payment_status::pending) continue;
    each.status = order::payment_status::failed;
    rows.cold.emplace_back(changed_row(of, each));
  }
  order::payment made;
  made.id = payment_id{new_uuid(unix_ms(at))};
  made.position = static_cast<int>(of.payments.size());
  made.method = method;
  made.sum = sum;
  made.at = at;
  return of.payments.emplace_back(std::move(made));
}

bool is_stored_value(const order::state& of, const offers_before& offers) {
  return of.kind == order::kind::repayment || std::any_of(offers.begin(), offers.end(), [](const auto& each) {
           return each.second.what->kind == offer::kind::voucher;
         });
}

// All of the rest from the wallet. A part that is held already is released and taken with it, as one payment
// and one purchase.
asio::awaitable<outcome<placed>> pay_from_wallet(services& with, const pay_order& command,
                                                 order::state next) {
  if (!command.payer || command.payer != next.household) co_return errc::forbidden;
  commit rows;
  money_moved moved;
  moved.held = held_sum(next);
  moved.capture = true;
  moved.more = next.outstanding();
  for (auto& each : next.payments) {
    if (each.status != order::payment_status::held) continue;
    each.status = order::payment_status::failed;
    rows.cold.emplace_back(changed_row(next, each));
  }
  auto& made = promise_anew(next, payment_method::wallet, moved.held + moved.more, command.by.at, rows);
  made.status = order::payment_status::succeeded;
  rows.payments.push_back(order::to_row(next, made));
  auto before = co_await make_paid(with, *command.organisation, next, command.by.at, rows);
  if (!before) co_return before.error();
  if (is_stored_value(next, *before)) co_return errc::payment_method_unavailable;
  const std::optional offers{std::move(*before)};
  co_return co_await finish(with, std::move(next), command.answer, moved, command.by, std::move(rows), offers,
                            true);
}

// The order lives as long as the longest of the methods that were chosen for it, from its beginning on:
// whoever changes their mind gains no more.
asio::awaitable<outcome<placed>> promise_rest(services& with, const pay_order& command, order::state next) {
  commit rows;
  auto& made = promise_anew(next, command.method, next.outstanding(), command.by.at, rows);
  if (made.method == payment_method::bank_transfer) made.reference = next.number;
  rows.payments.push_back(order::to_row(next, made));
  const auto until = next.created_at + expiry_of(command.method, with.expire_after);
  if (next.expires_at && until > *next.expires_at) {
    next.expires_at = until;
    rows.cold.emplace_back(deadline_done{deadline_kind::order_expiry, next.id.value});
    rows.deadlines.push_back(expiry_deadline(next));
  }
  const money_moved nothing;
  const std::optional<offers_before> as_they_are;
  co_return co_await finish(with, std::move(next), command.answer, nothing, command.by, std::move(rows),
                            as_they_are, false);
}

asio::awaitable<outcome<placed>> pay_once(services& with, const pay_order& command) {
  auto loaded = co_await load_order(with, command.id);
  if (!loaded) co_return loaded.error();
  auto next = std::move(*loaded);
  if (next.organisation != command.organisation->id) co_return errc::not_found;
  if (is_over(next) || (next.expires_at && *next.expires_at <= command.by.at)) co_return errc::too_late;
  const auto* shop = command.organisation->find_shop(next.shop);
  if (shop == nullptr) co_return errc::payment_method_unavailable;
  const auto& taken = shop->payment_methods;
  if (std::find(taken.begin(), taken.end(), command.method) == taken.end())
    co_return errc::payment_method_unavailable;
  if (next.payments.size() >= payments_max)
    co_return refusal{errc::conflict, "The order has had too many payments."};
  ++next.version;
  if (command.method == payment_method::wallet)
    co_return co_await pay_from_wallet(with, command, std::move(next));
  co_return co_await promise_rest(with, command, std::move(next));
}

asio::awaitable<outcome<placed>> cancel_once(services& with, const cancel_order& command) {
  auto loaded = co_await load_order(with, command.id);
  if (!loaded) co_return loaded.error();
  auto next = std::move(*loaded);
  if (next.organisation != command.organisation) co_return errc::not_found;
  if (is_over(next)) co_return errc::too_late;
  if (command.only_if_expired_at && (!next.expires_at || *next.expires_at > *command.only_if_expired_at))
    co_return errc::too_late;
  auto before = co_await offers_of(with, next);
  if (!before) co_return before.error();
  const std::optional offers{std::move(*before)};

  commit rows;
  money_moved moved;
  moved.held = held_sum(next);
  for (auto& each : next.payments) {
    // A part that was received already goes to the wallet: the house keeps nothing of an order that is
    // cancelled (O8).
    const bool received = each.status == order::payment_status::succeeded;
    if (received) moved.refund += each.sum;
    each.status = received ? order::payment_status::refunded : order::payment_status::failed;
    rows.cold.emplace_back(changed_row(next, each));
  }
  ++next.version;
  next.status = order::status::cancelled;
  next.cancel_reason = command.reason;
  next.expires_at.reset();
  free_or_sell(next, false, rows);
  rows.cold.emplace_back(deadline_done{deadline_kind::order_expiry, next.id.value});
  if (command.mail_from && !next.buyer_email.empty())
    rows.mails.push_back(
        order_mail("order_expired", next, *command.mail_from, next.buyer_email, command.by.at));
  co_return co_await finish(with, std::move(next), command.answer, moved, command.by, std::move(rows), offers,
                            false);
}

} // namespace

namespace {

// A change whose order was changed meanwhile looks again.
template <class Command, class Once>
asio::awaitable<outcome<placed>> patiently(services& with, Command command, Once once) {
  for (int attempt = 1;; ++attempt) {
    auto result = co_await once(with, command);
    if (result || attempt == attempts_max || !may_try_again(result.error())) co_return result;
  }
}

} // namespace

asio::awaitable<outcome<placed>> record(services& with, record_payment command) {
  return patiently(with, std::move(command), record_once);
}

asio::awaitable<outcome<placed>> pay(services& with, pay_order command) {
  return patiently(with, std::move(command), pay_once);
}

asio::awaitable<outcome<placed>> cancel(services& with, cancel_order command) {
  return patiently(with, std::move(command), cancel_once);
}

} // namespace foyer::checkout
