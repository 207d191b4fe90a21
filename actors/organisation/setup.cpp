#include "actors/organisation/setup.hpp"

#include "actors/vocabulary/secret.hpp"

#include <algorithm>
#include <utility>

namespace foyer::organisation {
namespace {

constexpr std::size_t slug_max = 63;

shop new_shop(std::string slug, std::string name, bool box_office, std::vector<payment_method> methods,
              time_point at) {
  shop made;
  made.id =
      shop_id{new_uuid(std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count())};
  made.slug = std::move(slug);
  made.name = std::move(name);
  made.box_office = box_office;
  made.customer_space_open = !box_office;
  made.payment_methods = std::move(methods);
  made.created_at = at;
  return made;
}

} // namespace

bool is_slug(std::string_view text) noexcept {
  if (text.empty() || text.size() > slug_max || text.front() == '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

snapshot new_organisation(const organisation_id& id, std::string slug, std::string name, const currency& unit,
                          std::string locale, time_point at) {
  using enum payment_method;
  const bool french = locale == "fr";
  snapshot made;
  made.id = id;
  made.slug = std::move(slug);
  made.name = std::move(name);
  made.unit = unit;
  made.locale = std::move(locale);
  // Methods that need a contract with somebody are switched on by the administrator.
  made.shops.push_back(
      new_shop("online", french ? "En ligne" : "Online", false, {wallet, bank_transfer, cash, cheque}, at));
  made.shops.push_back(
      new_shop("counter", french ? "Guichet" : "Counter", true, {wallet, cash, cheque, bank_transfer}, at));
  made.created_at = at;
  return made;
}

void write_new(const snapshot& of, commit& rows) {
  organisation_row row;
  row.id = of.id;
  row.slug = of.slug;
  row.name = of.name;
  row.currency = of.unit.code();
  row.locale = of.locale;
  row.settings = to_json(of.options);
  row.created_at = of.created_at;
  rows.cold.emplace_back(std::move(row));
  for (const auto& each : of.shops) {
    shop_row shop;
    shop.organisation = of.id;
    shop.id = each.id;
    shop.slug = each.slug;
    shop.name = each.name;
    shop.box_office = each.box_office;
    shop.customer_space_open = each.customer_space_open;
    for (const auto method : each.payment_methods) shop.payment_methods.emplace_back(to_string(method));
    shop.created_at = each.created_at;
    rows.cold.emplace_back(std::move(shop));
  }
}

} // namespace foyer::organisation
