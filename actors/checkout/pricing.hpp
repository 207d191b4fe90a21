#pragma once

#include "actors/household/household.hpp"
#include "actors/offer/offer.hpp"
#include "actors/order/order.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

// What an order costs and who may place it: pure rules of the checkout (O1, O2, W4, W10).

namespace foyer::checkout {

using organisation::payment_method;

struct wanted_line {
  offer_id offer;
  std::optional<rate_id> rate;
  std::int32_t quantity = 1;
  std::vector<member_id> members;
};

struct wanted_payment {
  payment_method method = payment_method::wallet;
  std::optional<money> sum;
  std::string reference; // staff's
};

/// Who buys, as far as it is known.
struct buyer {
  std::string email;
  std::string first_name;
  std::string last_name;
  std::optional<date> birth_date;
  std::optional<bool> of_age; // the tick "18 or older"
  std::string answers = "{}"; // JSON object
};

struct shopper {
  bool guest = true;
  bool by_staff = false;
  std::optional<date>
      birth_date; // of the account or of the household's responsible person; else as it was typed
  const household::state* household = nullptr;
};

/// Quantities by offer, since an offer may stand in several lines. Refused: invalid (no lines, too many,
/// quantity).
outcome<std::map<offer_id, std::int64_t>> quantities(const std::vector<wanted_line>& lines);

/// Lines with prices and titles. Refused: invalid with the line's field (unknown rate, member, age).
outcome<std::vector<order::line>>
price(const std::vector<wanted_line>& lines,
      const std::map<offer_id, std::shared_ptr<const offer::details>>& offers, const shopper& who,
      std::string_view locale, time_point at);

/// nullopt when the sum does not fit.
std::optional<amount> total_of(const std::vector<order::line>& lines);

/// H5, O2: refused `underage`. A known birth date decides, else the tick; an account without birth date
/// counts as having ticked when it signed up, a guest has to say so.
std::optional<refusal> refuse_underage(const organisation::settings& options, const shopper& who,
                                       const buyer& typed, time_point at);

/// S4: the answers to the purchase form, from the profile where nothing was typed. Both are JSON objects.
std::string prefilled(const organisation::settings& options, const std::string& typed,
                      const std::string& profile);

/// O2: mandatory fields of the purchase form without a fitting answer, as JSON pointers.
std::vector<field_error> missing_answers(const organisation::settings& options,
                                         std::string_view answers_json);

struct split_payment {
  payment_method method = payment_method::wallet;
  amount sum = 0;
  std::string reference;
};

/// How the total is spread over the wished methods (W4): a wallet without amount takes what is there and
/// needed, the last method takes the rest. `available` is what the wallet has now. Refused: payment_mismatch,
/// currency_mismatch, payment_required, insufficient_funds, payment_method_unavailable.
outcome<std::vector<split_payment>> split(amount total, const std::vector<wanted_payment>& wished,
                                          amount available, const std::vector<payment_method>& allowed,
                                          const currency& unit, bool allow_negative);

/// Whether an offer's places come as tickets (a code to show), as benefits, or as neither.
bool makes_tickets(offer::kind of) noexcept;

} // namespace foyer::checkout
