#include "actors/order/check_in.hpp"

namespace foyer::order {

std::string_view to_string(admission of) noexcept {
  switch (of) {
  case admission::valid: return "valid";
  case admission::already_used: return "already_used";
  case admission::cancelled: return "cancelled";
  }
  return "cancelled";
}

check_in decide_check_in(const scanned_ticket& of, const organisation_id& at, std::optional<account_id> by,
                         time_point now) {
  if (of.of.status == ticket_status::cancelled) return {admission::cancelled};
  if (of.of.status == ticket_status::used) return {admission::already_used, {}, of.of.used_at};
  if (of.on_several_days && of.present_at) return {admission::already_used, {}, of.present_at};
  ticket_checked_in row;
  row.organisation = at;
  row.order = of.order;
  row.position = of.of.position;
  if (of.on_several_days) row.day = of.day;
  row.by = by;
  row.at = now;
  row.household = of.household;
  return {admission::valid, row};
}

} // namespace foyer::order
