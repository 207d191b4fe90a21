#include "storage/composite_types.hpp"

namespace foyer::storage {

composite_types read_composite_types(const pg::rows& from) {
  composite_types out;
  pg::row_reader row{from, 0};
  const auto read = [&row] { return static_cast<pg::oid>(row.next<std::int64_t>()); };
  out.wallet_change = read();
  out.stock_change = read();
  out.ledger_entries = read();
  out.orders = read();
  out.order_lines = read();
  out.payments = read();
  out.tickets = read();
  out.idempotency = read();
  out.outbox = read();
  out.deadlines = read();
  out.members = read();
  out.staff_changes = read();
  out.new_household = read();
  out.paper_counters = read();
  return out;
}

} // namespace foyer::storage
