#pragma once

#include "actors/household/household.hpp"
#include "actors/order/order.hpp"
#include "actors/organisation/organisation.hpp"
#include "actors/wallet/wallet.hpp"

#include <string_view>

namespace foyer::http::staff {

/// What a cell says in either language of the tables that staff download.
struct words {
  std::string_view fr;
  std::string_view en;

  [[nodiscard]] std::string_view in(std::string_view locale) const { return locale == "fr" ? fr : en; }
};

words name_of(household::status of);
words name_of(order::status of);
words name_of(organisation::payment_method of);
words name_of(wallet::entry_kind of);

} // namespace foyer::http::staff
