#include "demo/programme.hpp"

#include "actors/organisation/setup.hpp"
#include "demo/calendar.hpp"
#include "demo/chance.hpp"
#include "demo/csv.hpp"

#include <algorithm>

namespace foyer::demo {
namespace {

using offer::details;
using organisation::text;

// Ids of version 7 order the list of offers, so each is a little younger than the one before.
constexpr std::chrono::seconds apart{1};
constexpr int show_vat = 550; // live performances: 5.5 %
constexpr int seats_per_order = 10;

text text_of(const table::row& row, const std::string& column) {
  return {row.text(column + "_fr"), row.text(column + "_en")};
}

std::optional<int> small(const table::row& row, std::string_view column) {
  const auto value = row.maybe_number(column);
  return value ? std::optional{static_cast<int>(*value)} : std::nullopt;
}

class planner {
public:
  planner(std::uint64_t seed, time_point founded, time_point base)
      : seed_(seed), founded_(founded), today_(std::chrono::floor<std::chrono::days>(base)) {}

  std::vector<planned_offer> plan() {
    dates();
    std::stable_sort(made_.begin(), made_.end(),
                     [](const auto& a, const auto& b) { return a.what.starts_at < b.what.starts_at; });
    others();
    for (std::size_t i = 0; i < made_.size(); ++i) finish(made_[i], founded_ + apart * static_cast<int>(i));
    return std::move(made_);
  }

private:
  void dates() {
    const auto events = read_table("events");
    const auto when = read_table("dates");
    for (std::size_t i = 0; i < when.size(); ++i) {
      const auto row = when.at(i);
      const auto& name = row.text("event");
      const auto event = events.find("event", name);
      planned_offer made;
      made.key = name + "/" + std::to_string(nth_of(name));
      made.what.kind = offer::kind::ticket;
      made.what.event = made_id(seed_, "event " + name, founded_);
      made.what.title = text_of(event, "title");
      made.what.description = text_of(event, "description");
      made.what.location = event.text("location");
      made.what.vat_basis_points = show_vat;
      made.what.max_per_order = seats_per_order;
      made.what.capacity = row.number("capacity");
      made.what.shops = {"online", "counter"};
      made.demand = row.number("demand");
      set_time(made.what, row);
      // A ticket can go back until the day before (S8).
      made.what.cancel_until = *made.what.starts_at - std::chrono::days{1};
      set_rates(made, event.text("tariff"));
      made_.push_back(std::move(made));
    }
  }

  void others() {
    const auto offers = read_table("offers");
    for (std::size_t i = 0; i < offers.size(); ++i) {
      const auto row = offers.at(i);
      const auto kind = offer::parse_kind(row.text("kind"));
      if (!kind) row.wrong("kind");
      planned_offer made;
      made.key = row.text("offer");
      made.what.kind = *kind;
      made.what.title = text_of(row, "title");
      made.what.description = text_of(row, "description");
      made.what.location = row.text("location");
      made.what.vat_basis_points = static_cast<int>(row.number("vat"));
      made.what.capacity = row.maybe_number("capacity");
      made.what.max_per_order = small(row, "max_per_order");
      made.what.min_age = small(row, "min_age");
      made.what.max_age = small(row, "max_age");
      made.what.for_members = row.flag("for_members");
      made.what.auto_enrol = row.flag("auto_enrol");
      made.what.uses = small(row, "uses");
      made.what.value = row.maybe_number("value");
      made.what.shops = row.list("shops");
      made.demand = row.number("demand");
      if (row.maybe_number("week")) set_time(made.what, row);
      set_rates(made, row.text("tariff"));
      made_.push_back(std::move(made));
    }
  }

  void set_time(details& what, const table::row& row) const {
    const auto day = weekday_after(today_, static_cast<int>(row.number("week")), row.text("weekday"));
    what.starts_at = in_paris(day, parse_clock(row.text("time")));
    what.ends_at = *what.starts_at + std::chrono::minutes{row.number("minutes")};
    what.sales_until = what.starts_at;
  }

  void set_rates(planned_offer& made, const std::string& tariff) const {
    static const auto rates = read_table("rates");
    for (std::size_t i = 0; i < rates.size(); ++i) {
      const auto row = rates.at(i);
      if (row.text("tariff") != tariff) continue;
      offer::rate rate;
      rate.id = rate_id{made_id(seed_, "rate " + made.key + " " + row.text("name_fr"), founded_)};
      rate.name = text_of(row, "name");
      rate.price = row.number("price");
      rate.min_age = small(row, "min_age");
      rate.max_age = small(row, "max_age");
      rate.tag = row.text("tag");
      made.what.rates.push_back(std::move(rate));
    }
    if (made.what.rates.empty()) throw std::logic_error{"rates.csv has no tariff " + tariff};
  }

  std::size_t nth_of(const std::string& event) const {
    return 1 +
           static_cast<std::size_t>(std::count_if(made_.begin(), made_.end(), [&](const planned_offer& each) {
             return each.key.starts_with(event + "/");
           }));
  }

  void finish(planned_offer& made, time_point at) const {
    made.created_at = at;
    made.id = foyer::offer_id{made_id(seed_, "offer " + made.key, at)};
    made.what.sales_from = founded_;
  }

  std::uint64_t seed_;
  time_point founded_;
  std::chrono::sys_days today_;
  std::vector<planned_offer> made_;
};

void set_floors(const table& from, organisation::settings& to) {
  for (const auto role : {organisation::role::administrator, organisation::role::box_office})
    to.floors[static_cast<std::size_t>(role)] =
        from.find("key", "floor_" + std::string{organisation::to_string(role)}).number("value");
}

void set_form(organisation::settings& to) {
  const auto form = read_table("form");
  for (std::size_t i = 0; i < form.size(); ++i) {
    const auto row = form.at(i);
    to.form.push_back({row.text("key"), text_of(row, "label"), row.text("type"), row.flag("mandatory"),
                       row.list("choices")});
  }
}

} // namespace

std::vector<planned_offer> plan_offers(std::uint64_t seed, time_point founded, time_point base) {
  return planner{seed, founded, base}.plan();
}

organisation::snapshot plan_organisation(std::uint64_t seed, time_point founded) {
  const auto from = read_table("organisation");
  const auto value = [&](std::string_view key) { return from.find("key", key).text("value"); };
  auto made = organisation::new_organisation(organisation_id{made_id(seed, "organisation", founded)},
                                             std::string{demo_slug}, value("name"), *currency::parse("EUR"),
                                             "fr", founded);
  for (auto& shop : made.shops) shop.customer_space_open = !shop.box_office;
  made.options.legal_name = value("legal_name");
  made.options.legal_address = value("legal_address");
  made.options.vat_number = value("vat_number");
  made.options.reply_to = value("reply_to");
  made.options.signature = value("signature");
  made.options.colour = value("colour");
  made.options.bank_transfer_instructions = {value("bank_transfer_fr"), value("bank_transfer_en")};
  set_floors(from, made.options);
  set_form(made.options);
  const auto tags = read_table("tags");
  for (std::size_t i = 0; i < tags.size(); ++i) made.options.tags.push_back(tags.at(i).text("tag"));
  return made;
}

} // namespace foyer::demo
