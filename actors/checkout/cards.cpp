#include "actors/checkout/cards.hpp"

#include "actors/vocabulary/secret.hpp"

#include <algorithm>
#include <array>

namespace foyer::checkout {
namespace {

date day_of(time_point at) {
  return date{std::chrono::floor<std::chrono::days>(at)};
}

// The last day of a year that begins on this one.
date year_from(const date& first) {
  const auto same_day = first + std::chrono::years{1};
  // A year from 29 February ends on 28 February.
  const auto next =
      same_day.ok() ? std::chrono::sys_days{same_day} : std::chrono::sys_days{same_day.year() / 3 / 1};
  return date{next - std::chrono::days{1}};
}

const household::member* holder_of(const order::state& of, const order::line& line, std::size_t place,
                                   const household::state& whose, bool known) {
  if (place < line.members.size()) return whose.find_member(line.members[place]);
  if (!known) return nullptr; // anybody can type a name and an address (H3)
  const auto* person = whose.responsible_member();
  if (person == nullptr) return nullptr;
  const bool themselves =
      of.account || (person->first_name == of.buyer_first_name && person->last_name == of.buyer_last_name);
  return themselves ? person : nullptr;
}

} // namespace

std::string new_card_number() {
  std::array<std::uint8_t, 7> random{};
  fill_random(random);
  return "M-" + crockford32(random).substr(0, 10);
}

void issue_cards(order::state& of, const order::line& line, const offer::details& what,
                 const household::state* whose, time_point at, bool known) {
  if (!of.household || whose == nullptr) return;
  for (std::int32_t place = 0; place < line.quantity; ++place) {
    const auto* member = holder_of(of, line, static_cast<std::size_t>(place), *whose, known);
    card_row card;
    card.organisation = of.organisation;
    card.id = new_uuid(std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
    card.household = *of.household;
    if (member != nullptr) card.member = member->id;
    card.holder = member != nullptr ? member->first_name + " " + member->last_name
                                    : of.buyer_first_name + " " + of.buyer_last_name;
    card.title = line.title;
    card.offer = line.offer;
    card.order = of.id;
    card.line_position = line.position;
    card.place = place;
    card.number = new_card_number();
    card.valid_from = day_of(what.starts_at ? std::max(*what.starts_at, at) : at);
    card.valid_until = what.ends_at ? day_of(*what.ends_at) : year_from(*card.valid_from);
    card.at = at;
    of.cards.push_back(std::move(card));
  }
}

} // namespace foyer::checkout
