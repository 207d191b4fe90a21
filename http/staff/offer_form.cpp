#include "http/staff/offer_form.hpp"

#include <algorithm>

namespace foyer::http::staff {
namespace {

constexpr json::count rates_count{1, 20};
constexpr json::range ages{0, 120};
constexpr json::range prices{0, largest_amount};
/// Places of the largest hall, and far beyond.
constexpr std::int64_t capacity_max = 10'000'000;
constexpr int full_vat = 10'000; // basis points

organisation::text read_text(const json::object& form, std::string_view name, std::size_t max, bool needed) {
  const auto inner = needed ? form.child(name) : form.optional_child(name);
  if (!inner) return {};
  const json::length limits{.min = 0, .max = max, .lines = max > 200, .tidy = true};
  organisation::text out{inner.text("fr", limits), inner.text("en", limits)};
  if (needed && out.fr.empty() && out.en.empty()) form.note(name, "required");
  return out;
}

std::optional<int> read_int(const json::object& form, std::string_view name, json::range limits) {
  const auto number = form.optional_integer(name, limits);
  if (!number) return std::nullopt;
  return static_cast<int>(*number);
}

amount read_price(const json::object& form, std::string_view name, offer_reading& with) {
  const auto sum = form.money(name, prices);
  with.other_currency = with.other_currency || (form.has(name) && sum.unit != with.at.unit);
  return sum.value;
}

offer::rate read_rate(const json::object& form, const offer::details& before, offer_reading& with) {
  offer::rate out;
  const auto id = form.optional_uuid("id");
  out.id = rate_id{id ? *id : with.fresh_id()};
  // An order names its rate for ever: an id is kept, or made here, and never chosen outside.
  const auto known = [&](const offer::rate& each) { return each.id == out.id; };
  if (id && std::none_of(before.rates.begin(), before.rates.end(), known)) form.note("id", "invalid");
  out.name = read_text(form, "name", 100, true);
  out.price = read_price(form, "price", with);
  out.min_age = read_int(form, "min_age", ages);
  out.max_age = read_int(form, "max_age", ages);
  if (out.min_age && out.max_age && *out.min_age > *out.max_age) form.note("max_age", "out_of_range");
  out.tag = form.optional_text("tag", {.min = 0, .max = 50}).value_or("");
  return out;
}

void read_rates(const json::object& form, offer::details& into, offer_reading& with) {
  const bool has_price = form.has("price");
  if (form.has("rates")) {
    std::vector<offer::rate> rates;
    for (const auto& each : form.objects("rates", rates_count)) rates.push_back(read_rate(each, into, with));
    // The price is that of the first rate; an answer that is sent back has both.
    if (has_price && read_price(form, "price", with) != (rates.empty() ? 0 : rates.front().price))
      form.note("price", "invalid");
    for (auto one = rates.begin(); one != rates.end(); ++one)
      if (std::any_of(rates.begin(), one, [&](const offer::rate& other) { return other.id == one->id; }))
        form.note("rates", "duplicate");
    into.rates = std::move(rates);
    return;
  }
  if (!has_price && !with.creating) return;
  const auto price = read_price(form, "price", with);
  if (into.rates.empty()) {
    into.rates.emplace_back();
    into.rates.front().id = rate_id{with.fresh_id()};
    into.rates.front().name = {"Plein tarif", "Full price"};
  }
  into.rates.front().price = price;
}

void read_kind(const json::object& form, offer::details& into, const offer_reading& with) {
  if (!with.creating && !form.has("kind")) return;
  const auto sent = form.text("kind", {.max = 40});
  const auto kind = offer::parse_kind(sent);
  if (!kind) {
    if (!sent.empty()) form.note("kind", "invalid");
  } else if (with.creating) {
    into.kind = *kind;
  } else if (*kind != into.kind) {
    form.note("kind", "read_only"); // what was sold as a pass stays one
  }
}

void read_shops(const json::object& form, offer::details& into, const offer_reading& with) {
  if (!with.creating && !form.has("shops")) return;
  into.shops = form.texts("shops", {.min = 1, .max = 50}, {.max = 63});
  const auto known = [&](const std::string& slug) { return with.at.find_shop(slug) != nullptr; };
  if (!std::all_of(into.shops.begin(), into.shops.end(), known)) form.note("shops", "invalid");
}

void read_times(const json::object& form, offer::details& into) {
  if (form.has("sales_from")) into.sales_from = form.optional_time("sales_from");
  if (form.has("sales_until")) into.sales_until = form.optional_time("sales_until");
  if (form.has("starts_at")) into.starts_at = form.optional_time("starts_at");
  if (form.has("ends_at")) into.ends_at = form.optional_time("ends_at");
  if (form.has("cancel_until")) into.cancel_until = form.optional_time("cancel_until");
  if (into.sales_from && into.sales_until && *into.sales_until <= *into.sales_from)
    form.note("sales_until", "out_of_range");
  if (into.starts_at && into.ends_at && *into.ends_at < *into.starts_at) form.note("ends_at", "out_of_range");
}

void read_limits(const json::object& form, offer::details& into) {
  if (form.has("capacity")) into.capacity = form.optional_integer("capacity", {0, capacity_max});
  if (form.has("max_per_order")) into.max_per_order = read_int(form, "max_per_order", {1, 1'000});
  if (form.has("min_age")) into.min_age = read_int(form, "min_age", ages);
  if (form.has("max_age")) into.max_age = read_int(form, "max_age", ages);
  if (into.min_age && into.max_age && *into.min_age > *into.max_age) form.note("max_age", "out_of_range");
  if (form.has("uses")) into.uses = read_int(form, "uses", {1, 10'000});
}

} // namespace

void read_offer(const json::object& form, offer::details& into, offer_reading& with) {
  read_kind(form, into, with);
  if (with.creating || form.has("title")) into.title = read_text(form, "title", 200, true);
  if (form.has("description")) into.description = read_text(form, "description", 10'000, false);
  read_rates(form, into, with);
  read_shops(form, into, with);
  read_times(form, into);
  read_limits(form, into);
  if (form.has("event_id")) into.event = form.optional_uuid("event_id");
  if (form.has("vat_basis_points"))
    into.vat_basis_points = static_cast<int>(form.integer("vat_basis_points", {0, full_vat}));
  if (form.has("location"))
    into.location = form.optional_text("location", {.min = 0, .max = 200}).value_or("");
  if (form.has("for_members")) into.for_members = form.boolean("for_members");
  if (form.has("auto_enrol")) into.auto_enrol = form.boolean("auto_enrol");
  if (form.has("archived")) into.archived = form.boolean("archived");
  if (form.has("value")) {
    const auto value = form.optional_money("value", json::positive_amounts);
    with.other_currency = with.other_currency || (value && value->unit != with.at.unit);
    into.value = value ? std::optional{value->value} : std::nullopt;
  }
  for (const auto fixed : {"id", "version", "places_left", "sold", "held", "created_at"}) form.refuse(fixed);
}

} // namespace foyer::http::staff
