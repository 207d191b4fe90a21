#pragma once

#include "actors/order/loader.hpp"
#include "storage/loaders/query.hpp"

#include <vector>

namespace foyer::storage {

/// The queries that read whole orders by their ids, all in one snapshot, and the orders that come of them,
/// newest first.
std::vector<pg::read_query> whole_orders(const std::vector<order_id>& ids);
std::vector<order::state> orders_of(const pg::read_pool::all_rows& from);

/// Columns of a ticket `t` and its offer `f`, as read_ticket reads them, and of a benefit `b`.
#define FOYER_TICKET_COLUMNS                                                                                 \
  "t.id, t.position, t.line_position, t.offer_id, t.holder, t.status, "                                      \
  "(f.details::json ->> 'starts_at')::bigint, t.used_at"
#define FOYER_BENEFIT_COLUMNS                                                                                \
  "b.id, b.line_position, b.kind = 'voucher', b.code, b.uses_left, b.value_left, b.expires_at"

order::ticket read_ticket(pg::row_reader& from);
order::benefit read_benefit(pg::row_reader& from);

} // namespace foyer::storage
