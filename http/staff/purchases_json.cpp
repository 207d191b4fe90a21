#include "http/staff/purchases_json.hpp"

#include "http/json/writer.hpp"

#include <algorithm>

namespace foyer::http::staff {
namespace {

// A line, or one participant's share of it.
struct purchase {
  const order::state* order = nullptr;
  const order::line* line = nullptr;
  offer::kind kind = offer::kind::ticket;
  std::int32_t quantity = 1;

  [[nodiscard]] bool cancelled() const noexcept {
    return line->cancelled || order->status == order::status::cancelled ||
           order->status == order::status::refunded;
  }
};

struct sorted_purchases {
  std::map<member_id, std::vector<purchase>> by_member;
  std::vector<purchase> merchandise;
  std::vector<purchase> passes;
  std::vector<purchase> bookings;
};

// Members that left the household keep what they had; it then stands with the responsible person.
member_id owner_of(const household::state& whose, const member_id& member) {
  return whose.find_member(member) != nullptr ? member : whose.responsible;
}

void sort_line(sorted_purchases& to, const household::state& whose, purchase one) {
  switch (one.kind) {
  case offer::kind::merchandise: to.merchandise.push_back(one); return;
  case offer::kind::pass:
  case offer::kind::voucher: to.passes.push_back(one); return;
  case offer::kind::booking: to.bookings.push_back(one); return;
  case offer::kind::ticket:
  case offer::kind::course:
  case offer::kind::membership: break;
  }
  std::map<member_id, std::int32_t> shares;
  for (const auto& each : one.line->members) ++shares[owner_of(whose, each)];
  const auto named = static_cast<std::int32_t>(one.line->members.size());
  if (named < one.line->quantity) shares[whose.responsible] += one.line->quantity - named;
  for (const auto& [member, quantity] : shares) {
    one.quantity = quantity;
    to.by_member[member].push_back(one);
  }
}

void append(json::writer& out, const purchase& of, const currency& unit) {
  out.begin_object().field("order_id", of.order->id).field("order_number", of.order->number);
  out.field("order_status", to_string(of.order->status)).field("kind", to_string(of.kind));
  out.field("offer_id", of.line->offer).field("title", of.line->title).field("quantity", of.quantity);
  out.field("unit_price", money{of.line->unit_price, unit}).field("cancelled", of.cancelled());
  std::optional<time_point> starts_at;
  for (const auto& each : of.order->tickets)
    if (each.line_position == of.line->position && each.starts_at) starts_at = each.starts_at;
  out.field("starts_at", starts_at).field("ordered_at", of.order->created_at);
  out.key("benefits").begin_array();
  for (const auto& each : of.order->benefits) {
    if (each.line_position != of.line->position) continue;
    out.begin_object().field("kind", each.voucher ? "voucher" : "pass").field("code", each.code);
    out.field_if("uses_left", each.uses_left);
    if (each.value_left) out.field("value_left", money{*each.value_left, unit});
    out.field("expires_at", each.expires_at).end_object();
  }
  out.end_array().end_object();
}

void append_list(json::writer& out, const char* name, const std::vector<purchase>& all,
                 const currency& unit) {
  out.key(name).begin_array();
  for (const auto& each : all) append(out, each, unit);
  out.end_array();
}

void append_member(json::writer& out, const household::member& who, const std::vector<purchase>& all,
                   const currency& unit) {
  out.begin_object()
      .field("id", who.id)
      .field("first_name", who.first_name)
      .field("last_name", who.last_name);
  for (const bool cancelled : {false, true}) {
    out.key(cancelled ? "cancelled" : "purchases").begin_array();
    for (const auto& each : all)
      if (each.cancelled() == cancelled) append(out, each, unit);
    out.end_array();
  }
  out.end_object();
}

} // namespace

std::string purchases_json(const household::state& whose, const std::vector<order::state>& orders,
                           const std::map<offer_id, offer::kind>& kinds, const currency& unit,
                           const std::optional<std::string>& next_cursor) {
  sorted_purchases all;
  for (const auto& order : orders) {
    for (const auto& line : order.lines) {
      const auto known = kinds.find(line.offer);
      sort_line(all, whose,
                {&order, &line, known == kinds.end() ? offer::kind::ticket : known->second, line.quantity});
    }
  }
  std::string body;
  json::writer out(body);
  out.begin_object().key("members").begin_array();
  for (const auto& each : whose.members) append_member(out, each, all.by_member[each.id], unit);
  out.end_array();
  append_list(out, "merchandise", all.merchandise, unit);
  append_list(out, "passes", all.passes, unit);
  append_list(out, "bookings", all.bookings, unit);
  out.field("next_cursor", next_cursor).end_object();
  return body;
}

} // namespace foyer::http::staff
