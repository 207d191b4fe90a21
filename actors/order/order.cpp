#include "actors/order/order.hpp"

namespace foyer::order {
namespace {

line_row row_of(const state& order, const line& of) {
  line_row row;
  row.organisation = order.organisation;
  row.order = order.id;
  row.position = of.position;
  row.id = of.id;
  row.offer = of.offer;
  row.rate = of.rate;
  row.title = of.title;
  row.quantity = of.quantity;
  row.unit_price = of.unit_price;
  row.vat_basis_points = of.vat_basis_points;
  row.members = of.members;
  row.cancelled = of.cancelled;
  return row;
}

} // namespace

std::string_view to_string(kind of) noexcept {
  return of == kind::sale ? "sale" : "repayment";
}

std::string_view to_string(status of) noexcept {
  switch (of) {
  case status::awaiting_payment: return "awaiting_payment";
  case status::paid: return "paid";
  case status::cancelled: return "cancelled";
  case status::refunded: return "refunded";
  }
  return "cancelled";
}

std::string_view to_string(payment_status of) noexcept {
  switch (of) {
  case payment_status::held: return "held";
  case payment_status::pending: return "pending";
  case payment_status::succeeded: return "succeeded";
  case payment_status::failed: return "failed";
  case payment_status::refunded: return "refunded";
  }
  return "failed";
}

std::string_view to_string(ticket_status of) noexcept {
  switch (of) {
  case ticket_status::valid: return "valid";
  case ticket_status::used: return "used";
  case ticket_status::cancelled: return "cancelled";
  }
  return "cancelled";
}

amount state::outstanding() const noexcept {
  amount covered = 0;
  for (const auto& each : payments)
    if (each.status == payment_status::succeeded || each.status == payment_status::held) covered += each.sum;
  return total - covered;
}

std::int64_t places_in(const state& of) noexcept {
  std::int64_t sum = 0;
  for (const auto& each : of.lines)
    if (!each.cancelled) sum += each.quantity;
  return sum;
}

payment_row to_row(const state& order, const payment& of) {
  payment_row row;
  row.organisation = order.organisation;
  row.order = order.id;
  row.position = of.position;
  row.id = of.id;
  row.method = static_cast<int>(of.method);
  row.sum = of.sum;
  row.status = static_cast<int>(of.status);
  row.reference = of.reference;
  row.at = of.at;
  row.taken_by = of.taken_by;
  return row;
}

void make_invoice(state& of, int year) {
  if (of.kind == kind::sale && of.total > 0) of.invoice_year = year;
}

void write_tickets(const state& of, commit& rows) {
  for (const auto& each : of.tickets) {
    ticket_row row;
    row.organisation = of.organisation;
    row.order = of.id;
    row.position = each.position;
    row.id = each.id;
    row.line_position = each.line_position;
    row.offer = each.offer;
    row.household = of.household;
    row.holder = each.holder;
    row.status = static_cast<int>(each.status);
    rows.tickets.push_back(std::move(row));
  }
  for (const auto& each : of.benefits) {
    benefit_row row;
    row.organisation = of.organisation;
    row.order = of.id;
    row.id = each.id;
    row.line_position = each.line_position;
    row.household = of.household;
    row.voucher = each.voucher;
    row.code = each.code;
    row.uses_left = each.uses_left;
    row.value_left = each.value_left;
    row.expires_at = each.expires_at;
    rows.cold.emplace_back(std::move(row));
  }
  for (const auto& each : of.cards) rows.cold.emplace_back(each);
}

void write_new(const state& of, commit& rows) {
  order_row row;
  row.organisation = of.organisation;
  row.id = of.id;
  row.number = of.number;
  row.kind = static_cast<int>(of.kind);
  row.status = static_cast<int>(of.status);
  row.shop = of.shop;
  row.household = of.household;
  row.account = of.account;
  row.buyer_email = of.buyer_email;
  row.buyer_first_name = of.buyer_first_name;
  row.buyer_last_name = of.buyer_last_name;
  row.buyer_answers = of.buyer_answers;
  row.locale = of.locale;
  row.total = of.total;
  row.created_at = of.created_at;
  row.paid_at = of.paid_at;
  row.expires_at = of.expires_at;
  row.cancel_reason = of.cancel_reason;
  row.version = of.version;
  row.invoice_year = of.invoice_year;
  row.by_guest = of.by_guest;
  rows.orders.push_back(std::move(row));
  for (const auto& each : of.lines) rows.lines.push_back(row_of(of, each));
  for (const auto& each : of.payments) rows.payments.push_back(to_row(of, each));
  write_tickets(of, rows);
}

bool tells_its_beginning(const state& of) noexcept {
  return of.version == 1 && of.paid_at == of.created_at && of.benefits.empty();
}

state as_placed(state of) {
  of.status = status::paid;
  of.version = 1;
  of.cancel_reason.clear();
  for (auto& each : of.lines) each.cancelled = false;
  for (auto& each : of.payments) each.status = payment_status::succeeded;
  for (auto& each : of.tickets) {
    each.status = ticket_status::valid;
    each.used_at.reset();
  }
  return of;
}

} // namespace foyer::order
