#include "actors/checkout/build.hpp"
#include "actors/checkout/steps.hpp"

#include <algorithm>

// The buyer pays an order that awaits payment. The order's row version decides between this and a payment
// that staff record, or its expiry; the loser looks again.

namespace foyer::checkout {
namespace {

namespace asio = boost::asio;

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

} // namespace

asio::awaitable<outcome<placed>> pay(services& with, pay_order command) {
  return patiently(with, std::move(command), pay_once);
}

} // namespace foyer::checkout
