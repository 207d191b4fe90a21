#include "actors/checkout/refund_mail.hpp"

#include "actors/order/refund.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace foyer::checkout {
namespace {

namespace json = boost::json;

json::object money_json(amount value, const currency& unit) {
  return {{"amount", value}, {"currency", unit.code()}};
}

json::array lines_of(const order::state& of, const order::credit_note& note, const currency& unit) {
  json::array out;
  for (const auto& line : of.lines)
    if (std::ranges::find(note.line_positions, line.position) != note.line_positions.end())
      out.push_back({{"title", line.title},
                     {"quantity", line.quantity},
                     {"unit_price", money_json(line.unit_price, unit)}});
  return out;
}

// Where it goes, one line a method.
json::array ways_of(const order::credit_note& note, const currency& unit) {
  json::array out;
  using order::payment_method;
  for (const auto method : {payment_method::wallet, payment_method::voucher, payment_method::card,
                            payment_method::bank_transfer, payment_method::cash, payment_method::cheque}) {
    amount sum = 0;
    for (const auto& part : note.parts)
      if (part.method == static_cast<int>(method)) sum += part.sum;
    if (sum > 0)
      out.push_back({{"method", organisation::to_string(method)}, {"amount", money_json(sum, unit)}});
  }
  return out;
}

} // namespace

mail_row refund_mail(const order::state& of, const order::credit_note& note,
                     const organisation::snapshot& from, time_point at) {
  const auto to_wallet = static_cast<int>(order::payment_method::wallet);
  const auto goes_there = [&](const refund_part& part) { return part.method == to_wallet; };
  json::object params{{"first_name", of.buyer_first_name},
                      {"order_number", of.number},
                      {"total", money_json(note.sum, from.unit)},
                      {"lines", lines_of(of, note, from.unit)},
                      {"payments", ways_of(note, from.unit)}};
  if (of.status == order::status::refunded) params["whole"] = true;
  if (std::ranges::any_of(note.parts, goes_there)) params["to_wallet"] = true;
  if (!std::ranges::all_of(note.parts, goes_there)) params["elsewhere"] = true;
  if (note.number > 0) params["credit_note_number"] = order::paper_number('A', note.year, note.number);

  mail_row row;
  row.id = mail_id{new_uuid(unix_ms(at))};
  row.organisation = of.organisation;
  row.template_name = "order_refunded";
  row.locale = of.locale;
  row.to_address = of.buyer_email;
  row.to_name = of.buyer_first_name + " " + of.buyer_last_name;
  row.params = json::serialize(params);
  row.priority = mail_priority::order;
  row.at = at;
  row.household = of.household;
  return row;
}

outcome<mail_row> preview_refund_mail(const order::state& of, const organisation::snapshot& from,
                                      time_point at) {
  if (!of.credit_notes.empty()) return refund_mail(of, of.credit_notes.back(), from, at);
  const auto plan = order::plan_refund(of, {}, order::refund_to::wallet);
  if (!plan) return plan.error();
  order::credit_note note;
  note.sum = plan->sum;
  note.line_positions = plan->line_positions;
  note.parts = plan->parts;
  auto after = of;
  order::apply(after, *plan);
  return refund_mail(after, note, from, at);
}

} // namespace foyer::checkout
