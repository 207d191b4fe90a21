#include "http/offer_json.hpp"

#include "http/list_json.hpp"

namespace foyer::http {
namespace {

void append_rates(json::writer& out, const offer::details& of, const currency& unit) {
  out.field("price", money{of.rates.empty() ? 0 : of.rates.front().price, unit}).key("rates").begin_array();
  for (const auto& each : of.rates) {
    out.begin_object().field("id", each.id).key("name");
    append_text(out, each.name);
    out.field("price", money{each.price, unit})
        .field_if("min_age", each.min_age)
        .field_if("max_age", each.max_age);
    if (!each.tag.empty()) out.field("tag", each.tag);
    out.end_object();
  }
  out.end_array();
}

// Inside an object that is open.
void append_details(json::writer& out, const offer::details& of, const currency& unit) {
  out.field("kind", to_string(of.kind)).field("event_id", of.event).key("title");
  append_text(out, of.title);
  out.key("description");
  append_text(out, of.description);
  append_rates(out, of, unit);
  out.field("vat_basis_points", of.vat_basis_points).field("capacity", of.capacity);
  out.field("sales_from", of.sales_from).field("sales_until", of.sales_until);
  out.field("starts_at", of.starts_at).field("ends_at", of.ends_at);
  if (!of.location.empty()) out.field("location", of.location);
  out.field("max_per_order", of.max_per_order).field("min_age", of.min_age).field("max_age", of.max_age);
  out.field("for_members", of.for_members).field("cancel_until", of.cancel_until).field_if("uses", of.uses);
  if (of.value) out.field("value", money{*of.value, unit});
  out.field("auto_enrol", of.auto_enrol).key("shops").begin_array();
  for (const auto& each : of.shops) out.value(each);
  out.end_array().field("archived", of.archived);
}

} // namespace

void append_text(json::writer& out, const organisation::text& of) {
  out.begin_object().field("fr", of.fr).field("en", of.en).end_object();
}

void append_offer(json::writer& out, const offer::state& of, const currency& unit, bool for_staff) {
  out.begin_object().field("id", of.id).field("version", of.version);
  if (of.what) append_details(out, *of.what, unit);
  out.field("places_left", of.places_left());
  if (for_staff) out.field("sold", of.sold).field("held", of.held).field("created_at", of.created_at);
  out.end_object();
}

std::string offers_json(std::vector<offer::state> all, const paging<offer_id>& asked, const currency& unit,
                        bool for_staff) {
  if (asked.after) std::erase_if(all, [&](const offer::state& each) { return each.id <= *asked.after; });
  const auto limit = static_cast<std::size_t>(asked.limit);
  const bool more = all.size() > limit;
  if (more) all.resize(limit);
  const auto append = [&](json::writer& out, const offer::state& each) {
    append_offer(out, each, unit, for_staff);
  };
  return list_json(all, append, next_cursor(more, all, &offer::state::id));
}

std::string offer_details_json(const offer::details& of, const currency& unit) {
  std::string body;
  json::writer out(body);
  out.begin_object();
  append_details(out, of, unit);
  out.end_object();
  return body;
}

} // namespace foyer::http
