#include "actors/checkout/build.hpp"
#include "actors/runtime/ask.hpp"
#include "actors/runtime/entity.hpp"

#include <algorithm>

// What happens to an order after it was placed: a payment is recorded, or it is cancelled. The order's row
// version decides between two that come at once; the loser looks again.

namespace foyer::checkout {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

constexpr int attempts_max = 4;
constexpr std::string_view idempotency_constraint = "idempotency_pkey";

asio::awaitable<outcome<order::state>> load(services& with, const organisation_id& of,
                                            const std::string& number) {
  return await_reply<order::state>(
      [&with, of, number](reply<order::state> back) { with.orders.load_order(of, number, back); });
}

asio::awaitable<outcome<order::state>> load(services& with, const order_id& which) {
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
  return row;
}

payment_changed changed_row(const order::state& of, const order::payment& payment) {
  return {of.id, payment.position, static_cast<int>(payment.status), payment.reference, payment.at};
}

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

// The order's offers as they were before the commit.
using offers_before = std::map<offer_id, offer::state>;

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

void tell_offers(services& with, const order::state& of, const offers_before& offers, bool paid) {
  for (const auto& [which, quantity] : places_of(of))
    with.offers.tell(which, ask<offer::settle_held>{{quantity, offers.at(which).loads, paid}, {}});
}

void keep(const answer_to_keep& how, const order::state& of, std::string& answer, commit& rows) {
  if (how.render) answer = how.render(of);
  if (!how.row) return;
  auto row = *how.row;
  row.answer = answer;
  rows.idempotency.push_back(std::move(row));
}

// Through the wallet where money is held there, so that its entries stay in order; else straight to the
// journal. What an order's wallet is told with the order's rows.
struct money_moved {
  amount held = 0; // set free, or taken with `capture`
  bool capture = false;
  amount refund = 0;
};

asio::awaitable<outcome<done>> write(services& with, const order::state& of, money_moved moved,
                                     wallet::origin by, commit rows) {
  if (moved.held == 0 && moved.refund == 0) {
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
  settle.by = by;
  settle.release_id = entry_id{new_uuid(unix_ms(by.at))};
  settle.purchase_id = entry_id{new_uuid(unix_ms(by.at))};
  settle.rows = std::move(rows);
  auto settled = co_await ask_entity(with.wallets, *of.household, std::move(settle));
  if (!settled) co_return settled.error();
  co_return done{};
}

// Whether to look at the order again: somebody else changed it, or the wallet's state was not the latest.
bool may_try_again(const refusal& why) {
  if (why.detail == idempotency_constraint) return false; // done already: its answer is stored
  return why.code == errc::version_conflict || why.code == errc::conflict || why.code == errc::unavailable;
}

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

asio::awaitable<outcome<placed>> record_once(services& with, const record_payment& command) {
  const auto at = with.clock.now();
  auto loaded = co_await load(with, command.organisation->id, command.number);
  if (!loaded) co_return loaded.error();
  auto next = std::move(*loaded);
  if (next.status != order::status::awaiting_payment) co_return errc::too_late;
  if (command.sum <= 0 || command.sum > next.outstanding()) co_return errc::payment_mismatch;

  commit rows;
  const auto held = held_sum(next);
  receive(next, command, at, rows);
  const bool paid = next.outstanding() == 0;
  ++next.version;
  offers_before offers;
  if (paid) {
    auto found = co_await offers_of(with, next);
    if (!found) co_return found.error();
    offers = std::move(*found);
    std::map<offer_id, std::shared_ptr<const offer::details>> what;
    for (const auto& [which, each] : offers) what.emplace(which, each.what);
    std::optional<household::state> whose;
    if (next.household) {
      auto view = co_await ask_entity(with.households, *next.household, household::get_view{});
      if (!view) co_return view.error();
      whose = std::move(*view);
    }
    complete(next, at, rows);
    issue(next, what, whose ? &*whose : nullptr, at);
    order::write_tickets(next, rows);
    free_or_sell(next, true, rows);
    rows.cold.emplace_back(deadline_done{deadline_kind::order_expiry, next.id.value});
    if (!next.buyer_email.empty())
      rows.mails.push_back(order_mail("order_paid", next, *command.organisation, next.buyer_email, at));
  }
  rows.cold.insert(rows.cold.begin(), changed_row(next));

  placed out;
  keep(command.answer, next, out.answer, rows);
  wallet::origin by{wallet::actor_kind::staff, command.by, at};
  money_moved moved;
  moved.held = paid ? held : 0;
  moved.capture = true;
  auto written = co_await write(with, next, moved, by, std::move(rows));
  if (!written) co_return written.error();
  if (paid) tell_offers(with, next, offers, true);
  out.order = std::move(next);
  co_return out;
}

asio::awaitable<outcome<placed>> cancel_once(services& with, const cancel_order& command) {
  auto loaded = co_await load(with, command.id);
  if (!loaded) co_return loaded.error();
  auto next = std::move(*loaded);
  if (next.organisation != command.organisation) co_return errc::not_found;
  if (next.status != order::status::awaiting_payment) co_return errc::too_late;
  if (command.only_if_expired_at && (!next.expires_at || *next.expires_at > *command.only_if_expired_at))
    co_return errc::too_late;
  const auto offers = co_await offers_of(with, next);
  if (!offers) co_return offers.error();

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
  rows.cold.insert(rows.cold.begin(), changed_row(next));
  rows.cold.emplace_back(deadline_done{deadline_kind::order_expiry, next.id.value});
  if (command.mail_from && !next.buyer_email.empty())
    rows.mails.push_back(
        order_mail("order_expired", next, *command.mail_from, next.buyer_email, command.by.at));

  placed out;
  keep(command.answer, next, out.answer, rows);
  auto written = co_await write(with, next, moved, command.by, std::move(rows));
  if (!written) co_return written.error();
  tell_offers(with, next, *offers, false);
  out.order = std::move(next);
  co_return out;
}

} // namespace

asio::awaitable<outcome<placed>> record(services& with, record_payment command) {
  for (int attempt = 1;; ++attempt) {
    auto result = co_await record_once(with, command);
    if (result || attempt == attempts_max || !may_try_again(result.error())) co_return result;
  }
}

asio::awaitable<outcome<placed>> cancel(services& with, cancel_order command) {
  for (int attempt = 1;; ++attempt) {
    auto result = co_await cancel_once(with, command);
    if (result || attempt == attempts_max || !may_try_again(result.error())) co_return result;
  }
}

} // namespace foyer::checkout
