#include "actors/checkout/build.hpp"

#include "actors/checkout/cards.hpp"
#include "actors/vocabulary/local_year.hpp"
#include "actors/vocabulary/time_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace foyer::checkout {
namespace {

std::string random_code(std::size_t bytes) {
  std::array<std::uint8_t, 16> raw;
  const auto part = std::span{raw}.first(bytes);
  fill_random(part);
  return crockford32(part);
}

std::string holder_of(const order::line& line, std::size_t place, const household::state* whose) {
  if (whose == nullptr || place >= line.members.size()) return {};
  const auto* member = whose->find_member(line.members[place]);
  return member != nullptr ? member->first_name + " " + member->last_name : std::string{};
}

void issue_benefits(order::state& of, const order::line& line, const offer::details& what, time_point at) {
  for (std::int32_t i = 0; i < line.quantity; ++i) {
    order::benefit made;
    made.id = new_uuid(unix_ms(at));
    made.line_position = line.position;
    made.voucher = what.kind == offer::kind::voucher;
    made.code = random_code(10);
    if (made.voucher)
      made.value_left = what.value.value_or(line.unit_price);
    else
      made.uses_left = what.uses.value_or(1);
    made.expires_at = what.ends_at;
    of.benefits.push_back(std::move(made));
  }
}

boost::json::object money_json(amount value, const currency& unit) {
  return {{"amount", value}, {"currency", unit.code()}};
}

} // namespace

std::int64_t unix_ms(time_point at) noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

duration expiry_of(payment_method method, const expiries& after) {
  switch (method) {
  case payment_method::card: return after.card;
  case payment_method::bank_transfer: return after.bank_transfer;
  case payment_method::cash:
  case payment_method::cheque:
  case payment_method::wallet:
  case payment_method::voucher: break;
  }
  return after.counter;
}

void keep_answer(const answer_to_keep& how, const order::state& of, std::string& answer, commit& rows) {
  if (how.render) answer = how.render(of);
  if (!how.row) return;
  auto row = *how.row;
  if (order::tells_its_beginning(of))
    row.order = of.id;
  else
    row.answer = how.render_kept ? how.render_kept(of) : answer;
  rows.idempotency.push_back(std::move(row));
}

std::string new_order_number(time_point at) {
  // The hour, of 32: numbers of the same time are neighbours in their index. Where they were as scattered as
  // random ones, each order of a house with a long history would touch a page that nobody has in memory.
  const auto hour = std::chrono::floor<std::chrono::hours>(at.time_since_epoch()).count();
  const std::array first{static_cast<std::uint8_t>((hour & 31) << 3)};
  return "ORD-" + crockford32(first).substr(0, 1) + random_code(5);
}

order::state build_order(const place_order& command, const priced& what, const household::state& whose,
                         const expiries& expire_after, time_point at) {
  order::state made;
  made.organisation = command.organisation->id;
  made.id = order_id{new_uuid(unix_ms(at))};
  made.number = new_order_number(at);
  made.shop = command.shop->id;
  made.household = whose.id;
  if (!command.staff) made.account = command.account;
  made.by_guest = is_guest(command);
  const auto* person = whose.responsible_member();
  const auto& typed = command.buyer;
  made.buyer_email = !typed.email.empty() ? typed.email : whose.email;
  made.buyer_first_name =
      !typed.first_name.empty() || person == nullptr ? typed.first_name : person->first_name;
  made.buyer_last_name = !typed.last_name.empty() || person == nullptr ? typed.last_name : person->last_name;
  made.buyer_answers = typed.answers;
  made.locale = command.locale;
  made.total = what.total;
  made.created_at = at;
  made.lines = what.lines;
  for (auto& line : made.lines) line.id = line_id{new_uuid(unix_ms(at))};

  bool all_received = true;
  for (const auto& part : what.payments) {
    const bool received = command.staff || part.method == payment_method::wallet;
    all_received = all_received && received;
  }
  for (std::size_t i = 0; i < what.payments.size(); ++i) {
    const auto& part = what.payments[i];
    order::payment payment;
    payment.id = payment_id{new_uuid(unix_ms(at))};
    payment.position = static_cast<int>(i);
    payment.method = part.method;
    payment.sum = part.sum;
    payment.at = at;
    payment.reference = part.reference;
    payment.taken_by = command.staff;
    if (all_received) {
      payment.status = order::payment_status::succeeded;
    } else if (part.method == payment_method::wallet) {
      payment.status = order::payment_status::held;
    } else {
      payment.status = order::payment_status::pending;
      if (part.method == payment_method::bank_transfer) payment.reference = made.number;
      const auto expires = at + expiry_of(part.method, expire_after);
      made.expires_at = made.expires_at ? std::min(*made.expires_at, expires) : expires;
    }
    made.payments.push_back(std::move(payment));
  }
  if (all_received) {
    made.status = order::status::paid;
    made.paid_at = at;
    order::make_invoice(made, local_year(command.organisation->options.time_zone, at));
    issue(made, what.offers, &whose, at, command.account || command.household || command.staff);
  }
  return made;
}

void issue(order::state& of, const std::map<offer_id, std::shared_ptr<const offer::details>>& offers,
           const household::state* whose, time_point at, bool known) {
  for (const auto& line : of.lines) {
    const auto& what = *offers.at(line.offer);
    if (what.kind == offer::kind::pass || what.kind == offer::kind::voucher)
      issue_benefits(of, line, what, at);
    if (what.kind == offer::kind::membership) issue_cards(of, line, what, whose, at, known);
    if (!makes_tickets(what.kind)) continue;
    for (std::int32_t i = 0; i < line.quantity; ++i) {
      order::ticket ticket;
      ticket.id = ticket_id{new_uuid(unix_ms(at))};
      ticket.position = static_cast<int>(of.tickets.size());
      ticket.line_position = line.position;
      ticket.offer = line.offer;
      ticket.starts_at = what.starts_at;
      ticket.holder = holder_of(line, static_cast<std::size_t>(i), whose);
      of.tickets.push_back(std::move(ticket));
    }
  }
}

mail_row order_mail(std::string_view template_name, const order::state& of,
                    const organisation::snapshot& from, const std::string& to_address, time_point at) {
  namespace json = boost::json;
  json::object params{{"first_name", of.buyer_first_name},
                      {"order_number", of.number},
                      {"organisation", from.slug},
                      {"total", money_json(of.total, from.unit)},
                      {"token_id", to_string(of.id.value)}};
  json::array lines;
  for (const auto& line : of.lines) {
    json::object one{{"title", line.title},
                     {"quantity", line.quantity},
                     {"unit_price", money_json(line.unit_price, from.unit)}};
    const auto dated = std::find_if(of.tickets.begin(), of.tickets.end(), [&](const order::ticket& each) {
      return each.line_position == line.position && each.starts_at;
    });
    if (dated != of.tickets.end()) one["starts_at"] = utc_text(*dated->starts_at);
    lines.push_back(std::move(one));
  }
  params["lines"] = std::move(lines);
  json::array payments;
  amount due = 0;
  amount released = 0;
  amount refunded = 0;
  for (const auto& payment : of.payments) {
    payments.push_back({{"method", organisation::to_string(payment.method)},
                        {"amount", money_json(payment.sum, from.unit)}});
    if (payment.status == order::payment_status::pending) {
      due += payment.sum;
      if (!payment.reference.empty()) params["reference"] = payment.reference;
      if (!params.contains("instructions"))
        params["instructions"] = organisation::payment_instructions(from.options, payment.method, of.locale);
    }
    if (payment.method == payment_method::wallet && payment.status == order::payment_status::failed)
      released += payment.sum;
    if (payment.status == order::payment_status::refunded) refunded += payment.sum;
  }
  params["payments"] = std::move(payments);
  if (due > 0) params["due"] = money_json(due, from.unit);
  if (released > 0) params["released"] = money_json(released, from.unit);
  if (refunded > 0) params["refunded"] = money_json(refunded, from.unit);
  if (of.expires_at) params["expires_at"] = utc_text(*of.expires_at);

  if (of.kind == order::kind::repayment)
    params[template_name == "order_paid"      ? "received"
           : template_name == "order_expired" ? "over"
                                              : "asked"] = true;

  mail_row row;
  row.id = mail_id{new_uuid(unix_ms(at))};
  row.organisation = of.organisation;
  row.template_name = of.kind == order::kind::repayment ? "repayment" : template_name;
  row.locale = of.locale;
  row.to_address = to_address;
  row.to_name = of.buyer_first_name + " " + of.buyer_last_name;
  row.params = json::serialize(params);
  row.priority = mail_priority::order;
  row.at = at;
  row.household = of.household;
  return row;
}

deadline_row expiry_deadline(const order::state& of) {
  deadline_row row;
  row.id = deadline_id{new_uuid(unix_ms(of.created_at))};
  row.kind = deadline_kind::order_expiry;
  row.entity = of.id.value;
  row.organisation = of.organisation;
  row.due_at = *of.expires_at;
  return row;
}

} // namespace foyer::checkout
