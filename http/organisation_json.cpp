#include "http/organisation_json.hpp"

#include "http/list_json.hpp"
#include "http/offer_json.hpp"

#include <algorithm>

namespace foyer::http {
namespace {

void append_list(json::writer& out, std::string_view name, const std::vector<std::string>& texts) {
  out.key(name).begin_array();
  for (const auto& each : texts) out.value(each);
  out.end_array();
}

void append_field(json::writer& out, const organisation::form_field& of) {
  out.begin_object().field("key", of.key).key("label");
  append_text(out, of.label);
  out.field("type", of.type).field("mandatory", of.mandatory);
  append_list(out, "choices", of.choices);
  out.key("asked_of").begin_array();
  if (of.of_buyer) out.value("buyer");
  if (of.of_member) out.value("member");
  out.end_array();
  append_list(out, "sets", of.sets);
  out.field("archived", of.archived).end_object();
}

} // namespace

void append_shop(json::writer& out, const organisation::shop& of, const std::vector<offer_id>* offers) {
  out.begin_object()
      .field("id", of.id)
      .field("version", of.version)
      .field("slug", of.slug)
      .field("name", of.name);
  out.field("kind", of.box_office ? "box_office" : "online")
      .field("customer_space_open", of.customer_space_open);
  out.key("payment_methods").begin_array();
  for (const auto method : of.payment_methods) out.value(to_string(method));
  out.end_array();
  if (offers != nullptr) {
    out.key("offer_ids").begin_array();
    for (const auto& each : *offers) out.value(each);
    out.end_array();
  }
  out.end_object();
}

std::string public_organisation_json(const organisation::snapshot& of) {
  const auto& options = of.options;
  std::string body;
  json::writer out(body);
  out.begin_object().field("id", of.id).field("slug", of.slug).field("name", of.name);
  out.field("currency", of.unit.code()).field("locale", of.locale).field("time_zone", options.time_zone);
  out.field_or_null("legal_name", options.legal_name).field_or_null("legal_address", options.legal_address);
  out.field_or_null("vat_number", options.vat_number).field_or_null("terms_url", options.terms_url);
  out.field_or_null("privacy_url", options.privacy_url).field("account_required", options.account_required);
  out.field("minimum_buyer_age", options.minimum_buyer_age).field("top_up_allowed", options.top_up_allowed);
  out.field("customer_space_open", of.customer_space_open());
  out.field("order_number_door", options.order_number_door_open ? "open" : "code")
      .field("colour", options.colour);
  out.key("form").begin_array();
  for (const auto& each : options.form)
    if (!each.archived) append_field(out, each);
  out.end_array();
  out.key("shops").begin_array();
  for (const auto& each : of.shops) append_shop(out, each, nullptr);
  out.end_array().end_object();
  return body;
}

std::string settings_json(const organisation::snapshot& of) {
  const auto& options = of.options;
  std::string body;
  json::writer out(body);
  out.begin_object()
      .field("id", of.id)
      .field("version", of.version)
      .field("slug", of.slug)
      .field("name", of.name);
  out.field("currency", of.unit.code()).field("locale", of.locale).field("legal_name", options.legal_name);
  out.field("legal_address", options.legal_address).field("vat_number", options.vat_number);
  out.field("time_zone", options.time_zone).field("reply_to", options.reply_to);
  out.field_or_null("terms_url", options.terms_url).field_or_null("privacy_url", options.privacy_url);
  out.field("account_required", options.account_required);
  out.field("order_number_door", options.order_number_door_open ? "open" : "code");
  out.field("claim_past_orders", options.claim_past_orders).field("link_by_email", options.link_by_email);
  out.field("invite_on_purchase", options.invite_on_purchase);
  out.field("minimum_buyer_age", options.minimum_buyer_age).field("top_up_allowed", options.top_up_allowed);
  out.key("floors").begin_object();
  for (const auto each : organisation::all_roles)
    out.field(to_string(each), money{options.floor_of(each), of.unit});
  out.end_object().field("colour", options.colour).field("signature", options.signature);
  out.field_or_null("sender_name", options.sender_name).field_or_null("logo", options.logo);
  out.key("bank_transfer_instructions");
  append_text(out, options.bank_transfer_instructions);
  out.end_object();
  return body;
}

std::string form_json(const organisation::settings& of, std::string_view set, bool archived_too) {
  std::vector<std::string> sets;
  for (const auto& field : of.form)
    for (const auto& each : field.sets)
      if (std::find(sets.begin(), sets.end(), each) == sets.end()) sets.push_back(each);
  std::string body;
  json::writer out(body);
  out.begin_object().key("fields").begin_array();
  for (const auto& each : of.form) {
    const bool in_set = set.empty() || std::find(each.sets.begin(), each.sets.end(), set) != each.sets.end();
    if (in_set && (archived_too || !each.archived)) append_field(out, each);
  }
  out.end_array();
  append_list(out, "sets", sets);
  out.end_object();
  return body;
}

std::string tags_json(const organisation::settings& of) {
  return list_json(of.tags, [](json::writer& out, const std::string& each) { out.value(each); });
}

} // namespace foyer::http
