#include "actors/organisation/organisation.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

// The stored form of an organisation's settings.

namespace foyer::organisation {
namespace {

namespace json = boost::json;

void read(const json::object& from, std::string_view key, std::string& to) {
  const auto* found = from.if_contains(key);
  if (found != nullptr && found->is_string()) to = std::string{found->get_string()};
}

void read(const json::object& from, std::string_view key, text& to) {
  const auto* found = from.if_contains(key);
  if (found == nullptr || !found->is_object()) return;
  read(found->get_object(), "fr", to.fr);
  read(found->get_object(), "en", to.en);
}

void read(const json::object& from, std::string_view key, bool& to) {
  const auto* found = from.if_contains(key);
  if (found != nullptr && found->is_bool()) to = found->get_bool();
}

void read(const json::object& from, std::string_view key, int& to) {
  const auto* found = from.if_contains(key);
  if (found != nullptr && found->is_int64()) to = static_cast<int>(found->get_int64());
}

void read(const json::object& from, std::string_view key, std::vector<std::string>& to) {
  const auto* found = from.if_contains(key);
  if (found == nullptr || !found->is_array()) return;
  to.clear();
  for (const auto& each : found->get_array())
    if (each.is_string()) to.emplace_back(each.get_string());
}

json::array array_of(const std::vector<std::string>& texts) {
  json::array out;
  for (const auto& each : texts) out.push_back(json::string{each});
  return out;
}

json::object of_text(const text& both) {
  return {{"fr", both.fr}, {"en", both.en}};
}

json::object of_field(const form_field& field) {
  return {{"key", field.key},
          {"label", of_text(field.label)},
          {"type", field.type},
          {"mandatory", field.mandatory},
          {"choices", array_of(field.choices)},
          {"of_buyer", field.of_buyer},
          {"of_member", field.of_member},
          {"sets", array_of(field.sets)},
          {"archived", field.archived}};
}

form_field field_of(const json::object& from) {
  form_field out;
  read(from, "key", out.key);
  read(from, "type", out.type);
  read(from, "mandatory", out.mandatory);
  read(from, "choices", out.choices);
  read(from, "label", out.label);
  read(from, "of_buyer", out.of_buyer);
  read(from, "of_member", out.of_member);
  read(from, "sets", out.sets);
  read(from, "archived", out.archived);
  return out;
}

void read_floors(const json::object& from, settings& to) {
  const auto* floors = from.if_contains("floors");
  if (floors == nullptr || !floors->is_object()) return;
  for (const auto each : all_roles) {
    const auto* sum = floors->get_object().if_contains(to_string(each));
    if (sum != nullptr && sum->is_int64() && sum->get_int64() <= 0)
      to.floors[static_cast<std::size_t>(each)] = sum->get_int64();
  }
}

void read_form(const json::object& from, settings& to) {
  const auto* form = from.if_contains("form");
  if (form == nullptr || !form->is_array()) return;
  for (const auto& each : form->get_array())
    if (each.is_object()) to.form.push_back(field_of(each.get_object()));
}

} // namespace

std::string to_json(const settings& of) {
  json::object floors;
  for (const auto each : all_roles) floors[to_string(each)] = of.floor_of(each);
  json::array form;
  for (const auto& each : of.form) form.push_back(of_field(each));
  return json::serialize(json::object{{"legal_name", of.legal_name},
                                      {"legal_address", of.legal_address},
                                      {"vat_number", of.vat_number},
                                      {"time_zone", of.time_zone},
                                      {"reply_to", of.reply_to},
                                      {"terms_url", of.terms_url},
                                      {"privacy_url", of.privacy_url},
                                      {"account_required", of.account_required},
                                      {"order_number_door_open", of.order_number_door_open},
                                      {"claim_past_orders", of.claim_past_orders},
                                      {"link_by_email", of.link_by_email},
                                      {"invite_on_purchase", of.invite_on_purchase},
                                      {"minimum_buyer_age", of.minimum_buyer_age},
                                      {"top_up_allowed", of.top_up_allowed},
                                      {"floors", std::move(floors)},
                                      {"colour", of.colour},
                                      {"signature", of.signature},
                                      {"sender_name", of.sender_name},
                                      {"logo", of.logo},
                                      {"bank_transfer_instructions", of_text(of.bank_transfer_instructions)},
                                      {"form", std::move(form)},
                                      {"tags", array_of(of.tags)}});
}

settings settings_from_json(std::string_view text) {
  settings out;
  boost::system::error_code failed;
  const auto parsed = json::parse({text.data(), text.size()}, failed);
  if (failed || !parsed.is_object()) return out;
  const auto& from = parsed.get_object();
  read(from, "legal_name", out.legal_name);
  read(from, "legal_address", out.legal_address);
  read(from, "vat_number", out.vat_number);
  read(from, "time_zone", out.time_zone);
  read(from, "reply_to", out.reply_to);
  read(from, "terms_url", out.terms_url);
  read(from, "privacy_url", out.privacy_url);
  read(from, "account_required", out.account_required);
  read(from, "order_number_door_open", out.order_number_door_open);
  read(from, "claim_past_orders", out.claim_past_orders);
  read(from, "link_by_email", out.link_by_email);
  read(from, "invite_on_purchase", out.invite_on_purchase);
  read(from, "minimum_buyer_age", out.minimum_buyer_age);
  read(from, "top_up_allowed", out.top_up_allowed);
  read(from, "colour", out.colour);
  read(from, "signature", out.signature);
  read(from, "sender_name", out.sender_name);
  read(from, "logo", out.logo);
  read(from, "bank_transfer_instructions", out.bank_transfer_instructions);
  read(from, "tags", out.tags);
  read_floors(from, out);
  read_form(from, out);
  return out;
}

} // namespace foyer::organisation
