#pragma once

#include "storage/pg/binary.hpp"
#include "storage/pg/rows.hpp"

namespace foyer::storage {

/// The numbers that this database gave to the composite types which arrays of rows are written in.
struct composite_types {
  pg::oid wallet_change = 0;
  pg::oid stock_change = 0;
  pg::oid ledger_entries = 0;
  pg::oid orders = 0;
  pg::oid order_lines = 0;
  pg::oid payments = 0;
  pg::oid tickets = 0;
  pg::oid idempotency = 0;
  pg::oid outbox = 0;
  pg::oid deadlines = 0;
  pg::oid members = 0;
  pg::oid staff_changes = 0;
  pg::oid new_household = 0;
  pg::oid paper_counters = 0;
};

/// Its one row goes to read_composite_types.
inline constexpr const char* composite_types_sql =
    "select 'wallet_change'::regtype::int8, 'stock_change'::regtype::int8, 'ledger_entries'::regtype::int8,"
    " 'orders'::regtype::int8, 'order_lines'::regtype::int8, 'payments'::regtype::int8, "
    "'tickets'::regtype::int8,"
    " 'idempotency'::regtype::int8, 'outbox'::regtype::int8, 'deadlines'::regtype::int8, "
    "'members'::regtype::int8, 'staff_changes'::regtype::int8, 'new_household'::regtype::int8, "
    "'paper_counters'::regtype::int8";

composite_types read_composite_types(const pg::rows& from);

} // namespace foyer::storage
