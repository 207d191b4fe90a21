#include "actors/checkout/repay.hpp"

#include "actors/checkout/build.hpp"
#include "actors/runtime/ask.hpp"

#include <algorithm>

namespace foyer::checkout {
namespace {

namespace asio = boost::asio;
using runtime::ask_entity;

// A number that is taken is drawn again. Of several that come at once, one that is refused takes down the
// others that the wallet has under way: they look again, and one of them hears why in each round.
constexpr int attempts_max = 16;
constexpr std::string_view one_constraint = "orders_one_repayment";
constexpr std::string_view number_constraint = "orders_number";

// The first online point of sale that takes this method. Balances are not paid with what is on them (W10).
const organisation::shop* shop_for(const organisation::snapshot& at, payment_method method) {
  const bool recorded = method == payment_method::bank_transfer || method == payment_method::cash ||
                        method == payment_method::cheque;
  if (!recorded) return nullptr;
  for (const auto& each : at.shops) {
    const auto& taken = each.payment_methods;
    if (!each.box_office && std::find(taken.begin(), taken.end(), method) != taken.end()) return &each;
  }
  return nullptr;
}

outcome<amount> sum_of(const repay_balance& command, amount balance) {
  const amount owed = balance < 0 ? -balance : 0;
  const bool more_allowed = command.organisation->options.top_up_allowed;
  if (!command.sum) {
    if (owed == 0) return refusal{errc::conflict, "Nothing is owed."};
    return owed;
  }
  if (*command.sum <= 0 || *command.sum > largest_amount) return errc::amount_out_of_range;
  if (*command.sum <= owed || more_allowed) return *command.sum;
  if (owed == 0) return refusal{errc::conflict, "Nothing is owed."};
  return refusal{errc::payment_mismatch, "More than is owed."};
}

order::state build(const repay_balance& command, const organisation::shop& shop, amount total, duration lasts,
                   time_point at) {
  order::state made;
  made.organisation = command.organisation->id;
  made.id = order_id{new_uuid(unix_ms(at))};
  made.number = new_order_number(at);
  made.kind = order::kind::repayment;
  made.shop = shop.id;
  made.household = command.whose.id;
  made.account = command.account;
  made.buyer_email = command.whose.email;
  if (const auto* person = command.whose.responsible_member()) {
    made.buyer_first_name = person->first_name;
    made.buyer_last_name = person->last_name;
  }
  made.locale = command.whose.locale;
  made.total = total;
  made.created_at = at;
  made.expires_at = at + lasts;
  order::payment promised;
  promised.id = payment_id{new_uuid(unix_ms(at))};
  promised.method = command.method;
  promised.sum = total;
  promised.at = at;
  if (command.method == payment_method::bank_transfer) promised.reference = made.number;
  made.payments.push_back(std::move(promised));
  return made;
}

asio::awaitable<outcome<placed>> repay_once(services& with, const repay_balance& command) {
  const auto at = with.clock.now();
  const auto* shop = shop_for(*command.organisation, command.method);
  if (shop == nullptr) co_return errc::payment_method_unavailable;
  auto purse = co_await ask_entity(with.wallets, command.whose.id, wallet::get_view{});
  if (!purse) co_return purse.error();
  const auto total = sum_of(command, purse->balance);
  if (!total) co_return total.error();

  placed out;
  out.order = build(command, *shop, *total, expiry_of(command.method, with.expire_after), at);
  wallet::carry carried;
  order::write_new(out.order, carried.rows);
  if (!out.order.buyer_email.empty())
    carried.rows.mails.push_back(
        order_mail("order_confirmation", out.order, *command.organisation, out.order.buyer_email, at));
  carried.rows.deadlines.push_back(expiry_deadline(out.order));
  keep_answer(command.answer, out.order, out.answer, carried.rows);
  auto written = co_await ask_entity(with.wallets, command.whose.id, std::move(carried));
  if (!written) co_return written.error();
  co_return out;
}

} // namespace

asio::awaitable<outcome<placed>> repay(services& with, repay_balance command) {
  for (int attempt = 1;; ++attempt) {
    auto result = co_await repay_once(with, command);
    if (result) co_return result;
    if (result.error().detail == one_constraint)
      co_return refusal{errc::conflict, "A repayment awaits its payment already: pay or cancel that one."};
    const auto& why = result.error();
    const bool again = why.detail == number_constraint || why.code == errc::unavailable;
    if (attempt == attempts_max || !again) co_return result;
  }
}

} // namespace foyer::checkout
