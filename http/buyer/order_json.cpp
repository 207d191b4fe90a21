#include "http/buyer/order_json.hpp"

namespace foyer::http::buyer {
namespace {

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
  out.field("status", to_string(of.status)).field_unless_empty("reference", of.reference);
  out.field("at", of.at).end_object();
}

void append_coded(json::writer& out, const order::ticket& of, std::string_view title, std::string_view code) {
  out.field("id", of.id).field("code", code).field("offer_id", of.offer);
  out.field("title", title).field("starts_at", of.starts_at).field_or_null("holder", of.holder);
  out.field("status", to_string(of.status)).field_if("used_at", of.used_at);
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
  append_coded(out, of, title, secret.ticket_code(of.id, of.offer));
}

void append_benefit_fields(json::writer& out, const order::benefit& of, const organisation::snapshot& at) {
  out.field("id", of.id).field("kind", of.voucher ? "voucher" : "pass").field("code", of.code);
  out.field_if("uses_left", of.uses_left);
  if (of.value_left) out.field("value_left", money{*of.value_left, at.unit});
  out.field("expires_at", of.expires_at);
}

namespace {

// Without a secret the codes are empty.
void append_whole(json::writer& out, const order::state& of, const organisation::snapshot& at,
                  const server_secret* secret, reader who) {
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
  for (const auto& each : of.tickets) {
    const auto code = secret == nullptr ? std::string{} : secret->ticket_code(each.id, each.offer);
    out.begin_object();
    append_coded(out, each, title_of(of, each.line_position), code);
    out.end_object();
  }
  out.end_array().key("benefits").begin_array();
  for (const auto& each : of.benefits) {
    out.begin_object();
    append_benefit_fields(out, each, at);
    out.end_object();
  }
  out.end_array().field("created_at", of.created_at).field("paid_at", of.paid_at);
  out.field("expires_at", of.expires_at).field_unless_empty("cancel_reason", of.cancel_reason);
  append_next_action(out, of, at);
  out.end_object();
}

std::string text_of(const order::state& of, const organisation::snapshot& at, const server_secret* secret,
                    reader who) {
  std::string body;
  body.reserve(1'024 + of.tickets.size() * 256);
  json::writer out(body);
  append_whole(out, of, at, secret, who);
  return body;
}

} // namespace

void append_order(json::writer& out, const order::state& of, const organisation::snapshot& at,
                  const server_secret& secret, reader who) {
  append_whole(out, of, at, &secret, who);
}

std::string order_json(const order::state& of, const organisation::snapshot& at, const server_secret& secret,
                       reader who) {
  return text_of(of, at, &secret, who);
}

std::string order_json_without_codes(const order::state& of, const organisation::snapshot& at, reader who) {
  return text_of(of, at, nullptr, who);
}

// The list of tickets is the last of its name: behind it stand texts alone, in which a quote is escaped,
// while before it are the buyer's answers, whose keys are the house's own words.
std::string with_codes(std::string_view kept, const server_secret& secret) {
  constexpr std::string_view id_key = R"({"id":")";
  constexpr std::string_view gap = R"(","code":"","offer_id":")";
  constexpr std::size_t id_size = 36;
  std::string out;
  auto at = kept.rfind(R"(],"tickets":[)");
  if (at == std::string_view::npos) return std::string{kept};
  std::size_t copied = 0;
  while ((at = kept.find(gap, at)) != std::string_view::npos) {
    const auto behind = at + gap.size();
    const bool whole = at >= copied + id_size + id_key.size() &&
                       kept.substr(at - id_size - id_key.size(), id_key.size()) == id_key;
    const auto ticket = whole ? parse_uuid(kept.substr(at - id_size, id_size)) : std::nullopt;
    const auto offer = parse_uuid(kept.substr(behind, id_size));
    if (ticket && offer) {
      const auto code_at = at + gap.find(R"("",)") + 1;
      out.append(kept.substr(copied, code_at - copied));
      out.append(secret.ticket_code(ticket_id{*ticket}, offer_id{*offer}));
      copied = code_at;
    }
    at = behind;
  }
  return out.append(kept.substr(copied));
}

} // namespace foyer::http::buyer
