#include "actors/checkout/steps.hpp"

#include "actors/checkout/build.hpp"
#include "actors/runtime/ask.hpp"
#include "actors/runtime/entity.hpp"
#include "actors/vocabulary/local_year.hpp"

namespace foyer::checkout {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;
using runtime::await_reply;

constexpr std::string_view idempotency_constraint = "idempotency_pkey";

std::map<offer_id, std::int64_t> places_of(const order::state& of) {
  std::map<offer_id, std::int64_t> sums;
  for (const auto& line : of.lines)
    if (!line.cancelled) sums[line.offer] += line.quantity;
  return sums;
}

void tell_offers(services& with, const order::state& of, const offers_before& offers, bool paid) {
  for (const auto& [which, quantity] : places_of(of))
    with.offers.tell(which, ask<offer::settle_held>{{quantity, offers.at(which).loads, paid}, {}});
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

amount held_sum(const order::state& of) {
  amount sum = 0;
  for (const auto& each : of.payments)
    if (each.status == order::payment_status::held) sum += each.sum;
  return sum;
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
  // What was ordered without an account may be a guest's.
  issue(next, what, whose ? &*whose : nullptr, at, next.account.has_value());
  order::write_tickets(next, rows);
  free_or_sell(next, true, rows);
  rows.cold.emplace_back(deadline_done{deadline_kind::order_expiry, next.id.value});
  if (!next.buyer_email.empty())
    rows.mails.push_back(order_mail("order_paid", next, from, next.buyer_email, at));
  co_return offers;
}

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

} // namespace foyer::checkout
