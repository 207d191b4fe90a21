#pragma once

#include "actors/household/household.hpp"
#include "actors/offer/offer.hpp"
#include "actors/order/order.hpp"

#include <string>

namespace foyer::checkout {

/// "M-" and ten characters of Crockford's base 32: 50 random bits, so that numbers can't be guessed.
std::string new_card_number();

/// A card for each place of a line that sells a membership (H8): of the member named there, else of the
/// responsible person where it is they who buy and the buyer is `known` to be of the household, else of
/// nobody in it, with the buyer's name (H3). Valid from the offer's begin, or the purchase, to the offer's
/// end, or for a year.
void issue_cards(order::state& of, const order::line& line, const offer::details& what,
                 const household::state* whose, time_point at, bool known);

} // namespace foyer::checkout
