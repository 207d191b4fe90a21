#pragma once

#include "actors/order/order.hpp"
#include "actors/wallet/wallet.hpp"
#include "tests/pg/database.hpp"

#include <string>

namespace foyer::tests {

/// The same server, another database.
std::string url_of(const std::string& database);
/// The first value that these statements give in it.
std::string run_in(const std::string& database, const std::string& statements);

/// A database of its own with a small organisation in it: a top-up, a paid order of two tickets, an order
/// that awaits a transfer, and one of two lines of which one was refunded.
struct audited_house {
  static constexpr const char* name = "audited";
  organisation_id organisation;
  offer_id offer;
  shop_id shop = fresh_id<shop_id>();
  household_id household = fresh_id<household_id>();
  wallet::state purse;
  order::state paid;
  order::state awaiting;
  order::state refunded; // half of it to the wallet
};
/// Made at the first call; tests copy it (`create database … template`).
const audited_house& the_audited_house();

} // namespace foyer::tests
