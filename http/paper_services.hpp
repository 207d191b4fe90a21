#pragma once

#include "actors/checkout/checkout.hpp"
#include "actors/order/records.hpp"
#include "http/house_services.hpp"
#include "papers/pool.hpp"

namespace foyer::http {

/// What the routes of tickets, receipts, invoices, refunds and takings ask. All of it outlives the router.
struct paper_services {
  house_services& house;
  checkout::services& checkout;
  order::records& records;
  papers::pool& pool;
};

} // namespace foyer::http
