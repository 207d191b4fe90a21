#include "http/household_json.hpp"

#include "actors/vocabulary/encode.hpp"
#include "http/encoding.hpp"

#include <algorithm>

namespace foyer::http {
namespace {

// Everything but the wallet, inside an object that is open.
void append_record(json::writer& out, const household::state& of) {
  out.field("id", of.id).field("number", of.number).field("version", of.version);
  out.field("status", to_string(of.status))
      .field("archived", of.archived)
      .field("responsible_id", of.responsible);
  out.key("members").begin_array();
  for (const auto& each : of.members) append_member(out, each);
  out.end_array().field_or_null("email", of.email).field_or_null("phone", of.phone);
  out.field_or_null("address", of.address).field("locale", of.locale).key("tags").begin_array();
  for (const auto& each : of.tags) out.value(each);
  out.end_array().field("newsletter", of.newsletter);
  out.field_unless_empty("username", of.username).field_unless_empty("website", of.website);
  if (of.account) {
    out.key("account").begin_object().field("id", *of.account);
    out.field_or_null("username", of.account_username).field("linked_at", of.linked_at).end_object();
  } else {
    out.key("account").null();
  }
  out.field_if("merged_into", of.merged_into);
}

void append_sums(json::writer& out, const wallet::state& of, const currency& unit) {
  out.field("balance", money{of.balance, unit}).field("held", money{of.held, unit});
  out.field("available", money{of.available(), unit});
}

std::string_view to_string(wallet::actor_kind kind) {
  switch (kind) {
  case wallet::actor_kind::buyer: return "buyer";
  case wallet::actor_kind::staff: return "staff";
  case wallet::actor_kind::system: return "system";
  }
  return "system";
}

} // namespace

void append_member(json::writer& out, const household::member& of) {
  out.begin_object().field("id", of.id).field("first_name", of.first_name).field("last_name", of.last_name);
  out.field("birth_date", of.birth_date).field_or_null("email", of.email);
  out.field_or_null("phone", of.phone).field_or_null("relation", of.relation);
  out.key("answers").raw(of.answers).end_object();
}

void append_household(json::writer& out, const household::state& of, const wallet::state& purse,
                      const currency& unit) {
  out.begin_object();
  append_record(out, of);
  out.key("wallet").begin_object();
  append_sums(out, purse, unit);
  out.end_object().field("last_balance_mail_at", of.last_balance_mail_at).field("created_at", of.created_at);
  out.end_object();
}

std::string household_json(const household::state& of, const wallet::state& purse, const currency& unit) {
  std::string body;
  body.reserve(1'024);
  json::writer out(body);
  append_household(out, of, purse, unit);
  return body;
}

std::string household_record_json(const household::state& of) {
  std::string body;
  json::writer out(body);
  out.begin_object();
  append_record(out, of);
  out.end_object();
  return body;
}

std::string wallet_json(const wallet::state& of, const currency& unit, std::optional<amount> staff_floor) {
  std::string body;
  json::writer out(body);
  out.begin_object()
      .field("household_id", of.household.is_nil() ? std::nullopt : std::optional{of.household})
      .field("currency", unit.code());
  append_sums(out, of, unit);
  if (staff_floor) {
    const auto floor = wallet::effective_floor(of, staff_floor);
    out.field("floor", money{floor, unit})
        .field("room", money{std::max<amount>(0, of.available() - floor), unit});
  }
  out.field("entries_count", of.entries_count).end_object();
  return body;
}

void append_entry(json::writer& out, const wallet::entry& of, const currency& unit, bool for_staff) {
  out.begin_object().field("id", of.id).field("seq", of.seq).field("kind", wallet::to_string(of.kind));
  out.field("amount", money{of.change, unit}).field("balance_after", money{of.balance_after, unit});
  out.field("held_after", money{of.held_after, unit}).field_unless_empty("order_number", of.order_number);
  out.field_unless_empty("reason", of.reason).key("by").begin_object().field("kind", to_string(of.by.kind));
  if (for_staff) out.field_if("account_id", of.by.account);
  out.end_object();
  if (for_staff) out.field("counter_account", of.counter_account);
  out.field("at", of.by.at).field("hash", in_hex(of.hash)).end_object();
}

} // namespace foyer::http
