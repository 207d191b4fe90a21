#include "actors/offer/offer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

// The stored form of an offer's details. Times are microseconds since 1970; absent values are left out.

namespace foyer::offer {
namespace {

namespace json = boost::json;

json::object of_text(const text& value) {
  return {{"fr", value.fr}, {"en", value.en}};
}

std::string string_of(const json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  return found != nullptr && found->is_string() ? std::string{found->get_string()} : std::string{};
}

text text_of(const json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  if (found == nullptr || !found->is_object()) return {};
  return {string_of(found->get_object(), "fr"), string_of(found->get_object(), "en")};
}

template <class Number>
std::optional<Number> number_of(const json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  if (found == nullptr || !found->is_int64()) return std::nullopt;
  return static_cast<Number>(found->get_int64());
}

std::optional<time_point> time_of(const json::object& from, std::string_view key) {
  const auto micros = number_of<std::int64_t>(from, key);
  if (!micros) return std::nullopt;
  return time_point{duration{*micros}};
}

bool flag_of(const json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  return found != nullptr && found->is_bool() && found->get_bool();
}

void put(json::object& to, std::string_view key, const std::optional<time_point>& value) {
  if (value) to[key] = value->time_since_epoch().count();
}
template <class Number>
requires std::integral<Number>
void put(json::object& to, std::string_view key, const std::optional<Number>& value) {
  if (value) to[key] = static_cast<std::int64_t>(*value);
}

json::object of_rate(const rate& value) {
  json::object out{{"id", to_string(value.id)}, {"name", of_text(value.name)}, {"price", value.price}};
  put(out, "min_age", value.min_age);
  put(out, "max_age", value.max_age);
  if (!value.tag.empty()) out["tag"] = value.tag;
  return out;
}

std::optional<rate> rate_of(const json::value& from) {
  if (!from.is_object()) return std::nullopt;
  const auto& fields = from.get_object();
  const auto id = parse_uuid(string_of(fields, "id"));
  const auto price = number_of<amount>(fields, "price");
  if (!id || !price) return std::nullopt;
  rate out;
  out.id = rate_id{*id};
  out.name = text_of(fields, "name");
  out.price = *price;
  out.min_age = number_of<int>(fields, "min_age");
  out.max_age = number_of<int>(fields, "max_age");
  out.tag = string_of(fields, "tag");
  return out;
}

} // namespace

std::string to_json(const details& of) {
  json::object out{
      {"kind", to_string(of.kind)}, {"title", of_text(of.title)},    {"description", of_text(of.description)},
      {"vat", of.vat_basis_points}, {"for_members", of.for_members}, {"auto_enrol", of.auto_enrol},
      {"archived", of.archived}};
  json::array rates;
  for (const auto& each : of.rates) rates.push_back(of_rate(each));
  out["rates"] = std::move(rates);
  json::array shops;
  for (const auto& each : of.shops) shops.push_back(json::string{each});
  out["shops"] = std::move(shops);
  if (of.event) out["event"] = to_string(*of.event);
  if (!of.location.empty()) out["location"] = of.location;
  put(out, "sales_from", of.sales_from);
  put(out, "sales_until", of.sales_until);
  put(out, "starts_at", of.starts_at);
  put(out, "ends_at", of.ends_at);
  put(out, "cancel_until", of.cancel_until);
  put(out, "max_per_order", of.max_per_order);
  put(out, "min_age", of.min_age);
  put(out, "max_age", of.max_age);
  put(out, "uses", of.uses);
  put(out, "value", of.value);
  put(out, "capacity", of.capacity);
  return json::serialize(out);
}

std::optional<details> from_json(std::string_view text) {
  boost::system::error_code failed;
  const auto parsed = json::parse({text.data(), text.size()}, failed);
  if (failed || !parsed.is_object()) return std::nullopt;
  const auto& from = parsed.get_object();
  const auto kind = parse_kind(string_of(from, "kind"));
  const auto* rates = from.if_contains("rates");
  if (!kind || rates == nullptr || !rates->is_array()) return std::nullopt;
  details out;
  out.kind = *kind;
  for (const auto& each : rates->get_array()) {
    auto made = rate_of(each);
    if (!made) return std::nullopt;
    out.rates.push_back(std::move(*made));
  }
  if (const auto* shops = from.if_contains("shops"); shops != nullptr && shops->is_array())
    for (const auto& each : shops->get_array())
      if (each.is_string()) out.shops.emplace_back(each.get_string());
  out.event = parse_uuid(string_of(from, "event"));
  out.title = text_of(from, "title");
  out.description = text_of(from, "description");
  out.vat_basis_points = number_of<int>(from, "vat").value_or(0);
  out.location = string_of(from, "location");
  out.sales_from = time_of(from, "sales_from");
  out.sales_until = time_of(from, "sales_until");
  out.starts_at = time_of(from, "starts_at");
  out.ends_at = time_of(from, "ends_at");
  out.cancel_until = time_of(from, "cancel_until");
  out.max_per_order = number_of<int>(from, "max_per_order");
  out.min_age = number_of<int>(from, "min_age");
  out.max_age = number_of<int>(from, "max_age");
  out.uses = number_of<int>(from, "uses");
  out.value = number_of<amount>(from, "value");
  out.capacity = number_of<std::int64_t>(from, "capacity");
  out.for_members = flag_of(from, "for_members");
  out.auto_enrol = flag_of(from, "auto_enrol");
  out.archived = flag_of(from, "archived");
  return out;
}

} // namespace foyer::offer
