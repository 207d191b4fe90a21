#include "actors/order/refund.hpp"

#include "actors/checkout/refund_mail.hpp"
#include "actors/checkout/steps.hpp"
#include "actors/runtime/ask.hpp"
#include "actors/vocabulary/local_year.hpp"

// A paid order is cancelled, whole or by line (O8). Its row's version decides between two that come at once.

namespace foyer::checkout {
namespace {

namespace asio = boost::asio;

std::map<offer_id, std::int64_t> places_of(const order::state& of, const order::refund_plan& what) {
  std::map<offer_id, std::int64_t> sums;
  for (const auto& line : of.lines)
    for (const auto position : what.line_positions)
      if (line.position == position) sums[line.offer] += line.quantity;
  return sums;
}

credit_note_row note_of(const refund_order& command, const order::state& of, const order::refund_plan& what,
                        time_point at) {
  credit_note_row row;
  row.organisation = of.organisation;
  row.id = new_uuid(unix_ms(at));
  row.order = of.id;
  row.year = local_year(command.organisation->options.time_zone, at);
  row.sum = what.sum;
  row.line_positions = what.line_positions;
  row.reason = command.reason;
  row.reference = command.reference;
  row.by = command.buyer ? command.buyer->account : std::optional{command.by};
  row.at = at;
  row.parts = what.parts;
  return row;
}

commit rows_of(const refund_order& command, const order::state& before, const order::state& next,
               const order::refund_plan& what, time_point at) {
  commit rows;
  rows.cold.emplace_back(changed_row(next));
  for (const auto position : what.line_positions) rows.cold.emplace_back(line_cancelled{next.id, position});
  rows.cold.emplace_back(tickets_cancelled{next.id, what.line_positions, what.tickets});
  rows.cold.emplace_back(benefits_ended{next.id, what.line_positions});
  for (std::size_t i = 0; i < next.payments.size(); ++i)
    if (next.payments[i].status != before.payments[i].status)
      rows.cold.emplace_back(changed_row(next, next.payments[i]));
  for (const auto& [which, quantity] : places_of(next, what)) {
    stock_delta delta;
    delta.organisation = next.organisation;
    delta.offer = which;
    delta.sold = -quantity;
    rows.stock.push_back(delta);
  }
  if (what.sum > 0) {
    auto note = note_of(command, next, what, at);
    if (!next.buyer_email.empty()) {
      order::credit_note told;
      told.sum = what.sum;
      told.line_positions = what.line_positions;
      told.parts = what.parts;
      rows.mails.push_back(refund_mail(next, told, *command.organisation, at));
      note.mail = rows.mails.back().id;
    }
    rows.cold.emplace_back(std::move(note));
  }
  if (command.audit) rows.cold.emplace_back(*command.audit);
  return rows;
}

// S8: every one of these lines may still be given back by the buyer.
bool may_cancel(const order::state& of, const order::refund_plan& what, const offers_before& offers,
                time_point at) {
  for (const auto position : what.line_positions)
    for (const auto& line : of.lines)
      if (line.position == position) {
        const auto& until = offers.at(line.offer).what->cancel_until;
        if (!until || *until < at) return false;
      }
  return true;
}

asio::awaitable<outcome<placed>> refund_once(services& with, const refund_order& command) {
  const auto at = with.clock.now();
  auto loaded = co_await load_order(with, command.organisation->id, command.number);
  if (!loaded) co_return loaded.error();
  const auto before = std::move(*loaded);
  const auto what = order::plan_refund(before, command.lines, command.where);
  if (!what) co_return what.error();
  const auto offers = co_await offers_of(with, before);
  if (!offers) co_return offers.error();
  if (command.buyer && !may_cancel(before, *what, *offers, at)) co_return errc::too_late;

  placed out;
  out.order = before;
  order::apply(out.order, *what);
  ++out.order.version;
  auto rows = rows_of(command, before, out.order, *what, at);
  keep_answer(command.answer, out.order, out.answer, rows);
  money_moved moved;
  moved.refund = what->to_wallet;
  const auto by = command.buyer.value_or(wallet::origin{wallet::actor_kind::staff, command.by, at});
  auto written = co_await write_change(with, out.order, moved, by, std::move(rows));
  if (!written) co_return written.error();
  for (const auto& [which, quantity] : places_of(before, *what))
    with.offers.tell(which, ask<offer::give_back>{{quantity, offers->at(which).loads}, {}});
  co_return out;
}

} // namespace

asio::awaitable<outcome<placed>> refund(services& with, refund_order command) {
  return patiently(with, std::move(command), refund_once);
}

} // namespace foyer::checkout
