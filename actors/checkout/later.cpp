#include "actors/checkout/build.hpp"
#include "actors/checkout/steps.hpp"

// What happens to an order after it was placed: a payment is recorded, or it is cancelled. The order's row
// version decides between two that come at once; the loser looks again.

namespace foyer::checkout {
namespace {

namespace asio = boost::asio;

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

// P2: what staff did, beside the order as it was and as it is.
template <class Command>
void add_audit(const Command& command, std::string before, const order::state& now, commit& rows) {
  if (!command.audit) return;
  auto entry = *command.audit;
  entry.subject = now.id.value;
  entry.before = std::move(before);
  entry.after = command.note(now);
  rows.cold.emplace_back(std::move(entry));
}

asio::awaitable<outcome<placed>> record_once(services& with, const record_payment& command) {
  const auto at = with.clock.now();
  auto loaded = co_await load_order(with, command.organisation->id, command.number);
  if (!loaded) co_return loaded.error();
  auto next = std::move(*loaded);
  if (is_over(next)) co_return errc::too_late;
  if (command.sum <= 0 || command.sum > next.outstanding()) co_return errc::payment_mismatch;

  auto before = command.audit ? command.note(next) : std::string{};
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
    auto made = co_await make_paid(with, *command.organisation, next, at, rows);
    if (!made) co_return made.error();
    offers = std::move(*made);
    if (next.kind == order::kind::repayment) moved.top_up = next.total;
  }
  add_audit(command, std::move(before), next, rows);
  const wallet::origin by{wallet::actor_kind::staff, command.by, at};
  co_return co_await finish(with, std::move(next), command.answer, moved, by, std::move(rows), offers, true);
}

asio::awaitable<outcome<placed>> cancel_once(services& with, const cancel_order& command) {
  auto loaded = co_await load_order(with, command.id);
  if (!loaded) co_return loaded.error();
  auto next = std::move(*loaded);
  if (next.organisation != command.organisation) co_return errc::not_found;
  if (is_over(next)) co_return errc::too_late;
  if (command.only_if_expired_at && (!next.expires_at || *next.expires_at > *command.only_if_expired_at))
    co_return errc::too_late;
  auto sold = co_await offers_of(with, next);
  if (!sold) co_return sold.error();
  const std::optional offers{std::move(*sold)};

  auto before = command.audit ? command.note(next) : std::string{};
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
  add_audit(command, std::move(before), next, rows);
  co_return co_await finish(with, std::move(next), command.answer, moved, command.by, std::move(rows), offers,
                            false);
}

} // namespace

asio::awaitable<outcome<placed>> record(services& with, record_payment command) {
  return patiently(with, std::move(command), record_once);
}

asio::awaitable<outcome<placed>> cancel(services& with, cancel_order command) {
  return patiently(with, std::move(command), cancel_once);
}

} // namespace foyer::checkout
