#pragma once

#include "actors/checkout/build.hpp"

namespace foyer::checkout {

/// Tells the buyer of a refund (O8, template order_refunded): which lines are not theirs any more, how much
/// goes back and where to. The note's number stands in it where it is known; the commit that writes the note
/// fills it in else (credit_note_row::mail). For an order with an address.
mail_row refund_mail(const order::state& of, const order::credit_note& note,
                     const organisation::snapshot& from, time_point at);

/// As it was, or would be if all that is left were refunded to the wallet now (M4). Refused as plan_refund
/// does.
outcome<mail_row> preview_refund_mail(const order::state& of, const organisation::snapshot& from,
                                      time_point at);

} // namespace foyer::checkout
