#include "http/staff/settings_form.hpp"

#include "actors/organisation/form.hpp"
#include "actors/vocabulary/email.hpp"
#include "actors/vocabulary/local_year.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace foyer::http::staff {
namespace {

using organisation::settings;

constexpr std::size_t fields_max = 200; // archived ones included
constexpr std::size_t sets_max = 10;
constexpr std::size_t choices_max = 100;
constexpr std::size_t tags_max = 200;

void read_text(const json::object& form, std::string_view name, std::string& into, json::length limits) {
  limits.min = 0;
  if (form.has(name)) into = form.optional_text(name, limits).value_or("");
}

void read_flag(const json::object& form, std::string_view name, bool& into) {
  if (form.has(name)) into = form.boolean(name);
}

// Links on pages and in mails: nothing but the web, so that no other scheme runs in a browser.
void read_url(const json::object& form, std::string_view name, std::string& into) {
  read_text(form, name, into, {.max = 500});
  if (!into.empty() && !into.starts_with("https://") && !into.starts_with("http://"))
    form.note(name, "invalid");
}

bool is_colour(std::string_view text) {
  return text.size() == 7 && text[0] == '#' &&
         text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

void read_floors(const json::object& form, organisation::snapshot& into, bool& other_currency) {
  const auto floors = form.optional_child("floors");
  if (!floors) return;
  for (const auto role : organisation::all_roles) {
    const auto sum = floors.optional_money(to_string(role), {-largest_amount, 0});
    if (!sum) continue;
    other_currency = other_currency || sum->unit != into.unit;
    into.options.floors[static_cast<std::size_t>(role)] = sum->value;
  }
}

void read_instructions(const json::object& form, organisation::text& into) {
  constexpr std::string_view name = "bank_transfer_instructions";
  if (!form.has(name)) return;
  into = {};
  const auto sent = form.optional_child(name);
  constexpr json::length limits{.min = 0, .max = 1'000, .lines = true, .tidy = true};
  if (sent) into = {sent.text("fr", limits), sent.text("en", limits)};
}

bool is_key(std::string_view key) {
  return key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

// Whom the field is asked of: buyers, members or, left out, both.
void read_asked(const json::object& form, organisation::form_field& into) {
  if (!form.has("asked_of")) return;
  into.of_buyer = into.of_member = false;
  for (const auto& each : form.texts("asked_of", {.min = 1, .max = 2})) {
    const bool buyer = each == "buyer";
    auto& asked = buyer ? into.of_buyer : into.of_member;
    if ((!buyer && each != "member") || asked) form.note("asked_of", "invalid");
    asked = true;
  }
}

bool has_twice(const std::vector<std::string>& texts) {
  return std::set<std::string>(texts.begin(), texts.end()).size() != texts.size();
}

organisation::form_field read_field(const json::object& form) {
  const auto& types = organisation::field_types;
  organisation::form_field out;
  out.key = form.text("key", {.max = 64});
  if (!is_key(out.key)) form.note("key", "invalid");
  const auto label = form.child("label");
  constexpr json::length limits{.min = 0, .tidy = true};
  out.label = {label.text("fr", limits), label.text("en", limits)};
  if (label && out.label.fr.empty() && out.label.en.empty()) form.note("label", "required");
  out.type = form.optional_text("type").value_or("text");
  if (std::find(types.begin(), types.end(), out.type) == types.end()) form.note("type", "invalid");
  out.mandatory = form.boolean_or("mandatory", false);
  out.choices = form.texts("choices", {.max = choices_max}, {.tidy = true});
  const bool chosen = out.type == "choice" || out.type == "choices";
  if (chosen == out.choices.empty()) form.note("choices", out.choices.empty() ? "required" : "invalid");
  if (has_twice(out.choices)) form.note("choices", "duplicate");
  read_asked(form, out);
  out.sets = form.texts("sets", {.max = sets_max}, {.max = 50, .tidy = true});
  if (has_twice(out.sets)) form.note("sets", "duplicate");
  out.archived = form.boolean_or("archived", false);
  return out;
}

} // namespace

void read_settings(const json::object& form, organisation::snapshot& into, bool& other_currency) {
  auto& options = into.options;
  if (form.has("name")) into.name = form.text("name", {.tidy = true});
  if (form.has("locale")) into.locale = form.choice("locale", {"fr", "en"}) == 0 ? "fr" : "en";
  read_text(form, "legal_name", options.legal_name, {});
  read_text(form, "legal_address", options.legal_address, {.max = 500, .lines = true});
  read_text(form, "vat_number", options.vat_number, {.max = 40});
  if (form.has("time_zone")) {
    options.time_zone = form.text("time_zone", {.max = 64});
    if (!is_time_zone(options.time_zone)) form.note("time_zone", "invalid");
  }
  read_text(form, "reply_to", options.reply_to, {.max = 254});
  if (!options.reply_to.empty() && !parse_email(options.reply_to)) form.note("reply_to", "invalid");
  read_url(form, "terms_url", options.terms_url);
  read_url(form, "privacy_url", options.privacy_url);
  read_flag(form, "account_required", options.account_required);
  if (form.has("order_number_door"))
    options.order_number_door_open = form.choice("order_number_door", {"code", "open"}) == 1;
  read_flag(form, "claim_past_orders", options.claim_past_orders);
  read_flag(form, "link_by_email", options.link_by_email);
  read_flag(form, "invite_on_purchase", options.invite_on_purchase);
  if (form.has("minimum_buyer_age"))
    options.minimum_buyer_age = static_cast<int>(form.integer("minimum_buyer_age", {0, 120}));
  read_flag(form, "top_up_allowed", options.top_up_allowed);
  read_floors(form, into, other_currency);
  read_text(form, "colour", options.colour, {.max = 7});
  if (!is_colour(options.colour)) form.note("colour", "invalid");
  read_text(form, "signature", options.signature, {.max = 1'000, .lines = true});
  read_text(form, "sender_name", options.sender_name, {.max = 80, .tidy = true});
  form.refuse("logo");
  read_instructions(form, options.bank_transfer_instructions);
  for (const auto fixed : {"id", "version", "slug", "currency"}) form.refuse(fixed);
}

void read_shop(const json::object& form, organisation::shop& into) {
  if (form.has("name") || into.name.empty()) into.name = form.text("name", {.tidy = true});
  read_flag(form, "customer_space_open", into.customer_space_open);
  if (form.has("payment_methods")) {
    into.payment_methods.clear();
    for (const auto& each : form.texts("payment_methods", {.max = 6})) {
      const auto method = organisation::parse_payment_method(each);
      if (!method || std::count(into.payment_methods.begin(), into.payment_methods.end(), *method) > 0) {
        form.note("payment_methods", "invalid");
        break;
      }
      into.payment_methods.push_back(*method);
    }
  }
  for (const auto fixed : {"id", "version", "slug", "kind", "offer_ids"}) form.refuse(fixed);
}

void read_form_fields(const json::object& form, settings& into) {
  if (!form.has("fields")) return form.note("fields", "required");
  const auto former = std::exchange(into.form, {});
  std::set<std::string> keys;
  for (const auto& each : form.objects("fields", {.max = fields_max})) {
    into.form.push_back(read_field(each));
    if (!keys.insert(into.form.back().key).second) each.note("key", "duplicate");
  }
  // What was answered shall still be told by its label.
  for (const auto& each : former) {
    if (keys.contains(each.key)) continue;
    into.form.push_back(each);
    into.form.back().archived = true;
  }
  if (into.form.size() > fields_max) form.note("fields", "too_long");
}

void read_tags(const json::object& form, settings& into) {
  if (!form.has("items")) return form.note("items", "required");
  into.tags = form.texts("items", {.max = tags_max}, {.max = 50});
  const std::set<std::string> once(into.tags.begin(), into.tags.end());
  if (once.size() != into.tags.size()) form.note("items", "duplicate");
}

} // namespace foyer::http::staff
