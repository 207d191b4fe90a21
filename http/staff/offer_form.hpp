#pragma once

#include "actors/offer/offer.hpp"
#include "actors/organisation/organisation.hpp"
#include "http/json/reader.hpp"

#include <functional>

namespace foyer::http::staff {

/// How an offer's body is read.
struct offer_reading {
  const organisation::snapshot& at;
  std::function<uuid()> fresh_id; // of new rates
  bool creating = false;          // kind, title, price or rates, and shops are needed
  bool other_currency = false;    // a result: a sum is not in the organisation's currency
};

/// Reads any subset of an offer's fields (API, "Bodies") into `into`; null empties what may be empty. What is
/// wrong is noted in the form.
void read_offer(const json::object& form, offer::details& into, offer_reading& with);

} // namespace foyer::http::staff
