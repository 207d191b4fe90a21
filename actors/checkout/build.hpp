#pragma once

#include "actors/checkout/checkout.hpp"

// How an order becomes rows: pure, but for the ids and codes that it draws.

namespace foyer::checkout {

struct priced {
  std::map<offer_id, std::shared_ptr<const offer::details>> offers;
  std::map<offer_id, std::int64_t> quantities;
  std::vector<order::line> lines;
  amount total = 0;
  std::vector<split_payment> payments;
};

/// Nobody known: neither an account nor a household that was proven or chosen by staff.
inline bool is_guest(const place_order& command) {
  return !command.account && !command.household;
}

/// The order that a command and its prices make. `whose` is the household as it is, or as it will be created.
order::state build_order(const place_order& command, const priced& what, const household::state& whose,
                         const expiries& expire_after, time_point at);

/// Adds tickets, benefits and cards, as a paid order has them. `known`: the buyer has shown to be of the
/// household, which a guest has not, who only typed its address (H3).
void issue(order::state& of, const std::map<offer_id, std::shared_ptr<const offer::details>>& offers,
           const household::state* whose, time_point at, bool known);

/// How long an order that waits for this method keeps its places.
duration expiry_of(payment_method method, const expiries& after);

/// Renders the command's answer, and adds it to the rows as far as the order's own rows don't tell it (W5).
void keep_answer(const answer_to_keep& how, const order::state& of, std::string& answer, commit& rows);

/// The order's mail (templates order_confirmation, order_paid, order_expired).
mail_row order_mail(std::string_view template_name, const order::state& of,
                    const organisation::snapshot& from, const std::string& to_address, time_point at);

deadline_row expiry_deadline(const order::state& of);

/// A character for the hour, then eight of Crockford's base 32 from 40 random bits (S6).
std::string new_order_number(time_point at);

std::int64_t unix_ms(time_point at) noexcept;

} // namespace foyer::checkout
