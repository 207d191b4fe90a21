#include "http/buyer/order_json.hpp"

namespace foyer::http::buyer {
namespace {

std::optional<std::string_view> unless_empty(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return text;
}

void append_line(json::writer& out, const order::line& of, const currency& unit) {
  out.begin_object().field("id", of.id).field("offer_id", of.offer).field("rate_id", of.rate);
  out.field("title", of.title).field("quantity", of.quantity).field("unit_price", money{of.unit_price, unit});
  out.field("vat_basis_points", of.vat_basis_points).key("member_ids").begin_array();
  for (const auto& each : of.members) out.value(each);
  out.end_array().field("cancelled", of.cancelled).end_object();
}

void append_payment(json::writer& out, const order::payment& of, const currency& unit) {
  out.begin_object()
      .field("id", of.id)
      .field("method", to_string(of.method))
      .field("amount", money{of.sum, unit});
  out.field("status", to_string(of.status)).field_if("reference", unless_empty(of.reference));
  out.field("at", of.at).end_object();
}

// What the buyer has to do for the first payment that is outstanding.
void append_next_action(json::writer& out, const order::state& of, const organisation::snapshot& at) {
  if (of.status != order::status::awaiting_payment) return;
  for (const auto& each : of.payments) {
    if (each.status != order::payment_status::pending) continue;
    out.key("next_action").begin_object().field("type", to_string(each.method)).field("reference", of.number);
    out.field("amount", money{each.sum, at.unit});
    out.field("instructions", organisation::payment_instructions(at.options, each.method, of.locale));
    out.end_object();
    return;
  }
}

} // namespace

std::string title_of(const order::state& of, int line_position) {
  for (const auto& each : of.lines)
    if (each.position == line_position) return each.title;
  return {};
}

void append_ticket_fields(json::writer& out, const order::ticket& of, std::string_view title,
                          const server_secret& secret) {
  out.field("id", of.id).field("code", secret.ticket_code(of.id, of.offer)).field("offer_id", of.offer);
  out.field("title", title).field("starts_at", of.starts_at).field("holder", unless_empty(of.holder));
  out.field("status", to_string(of.status)).field_if("used_at", of.used_at);
}

void append_ticket(json::writer& out, const order::ticket& of, std::string_view title,
                   const server_secret& secret) {
  out.begin_object();
  append_ticket_fields(out, of, title, secret);
  out.end_object();
}

void append_benefit_fields(json::writer& out, const order::benefit& of, const organisation::snapshot& at) {
  out.field("id", of.id).field("kind", of.voucher ? "voucher" : "pass").field("code", of.code);
  out.field_if("uses_left", of.uses_left);
  if (of.value_left) out.field("value_left", money{*of.value_left, at.unit});
  out.field("expires_at", of.expires_at);
}

void append_order(json::writer& out, const order::state& of, const organisation::snapshot& at,
                  const server_secret& secret, reader who) {
  const auto& unit = at.unit;
  out.begin_object().field("id", of.id).field("number", of.number).field("kind", to_string(of.kind));
  out.field("status", to_string(of.status)).field("version", of.version).field("shop_id", of.shop);
  out.field("household_id", who == reader::known ? of.household : std::nullopt)
      .field("account_id", of.account);
  out.key("buyer").begin_object().field("email", of.buyer_email).field("first_name", of.buyer_first_name);
  out.field("last_name", of.buyer_last_name).key("answers").raw(of.buyer_answers).end_object();
  out.field("total", money{of.total, unit}).key("lines").begin_array();
  for (const auto& each : of.lines) append_line(out, each, unit);
  out.end_array().key("payments").begin_array();
  for (const auto& each : of.payments) append_payment(out, each, unit);
  out.end_array().key("tickets").begin_array();
  for (const auto& each : of.tickets) append_ticket(out, each, title_of(of, each.line_position), secret);
  out.end_array().key("benefits").begin_array();
  for (const auto& each : of.benefits) {
    out.begin_object();
    append_benefit_fields(out, each, at);
    out.end_object();
  }
  out.end_array().field("created_at", of.created_at).field("paid_at", of.paid_at);
  out.field("expires_at", of.expires_at).field_if("cancel_reason", unless_empty(of.cancel_reason));
  append_next_action(out, of, at);
  out.end_object();
}

std::string order_json(const order::state& of, const organisation::snapshot& at, const server_secret& secret,
                       reader who) {
  std::string body;
  body.reserve(1'024 + of.tickets.size() * 256);
  json::writer out(body);
  append_order(out, of, at, secret, who);
  return body;
}

} // namespace foyer::http::buyer
