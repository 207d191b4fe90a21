#pragma once

#include "actors/order/loader.hpp"

namespace foyer::order {

/// What the door is told of a ticket (O6).
enum class admission { valid, already_used, cancelled };
std::string_view to_string(admission of) noexcept;

struct check_in {
  admission what = admission::cancelled;
  /// Of `valid`: the row that makes it so. It is refused when somebody else refunds or scans the ticket in
  /// the same moment.
  std::optional<ticket_checked_in> row{};
  std::optional<time_point> since{}; // of `already_used`: when it was checked in first
};

/// A ticket lets its holder in once; that of a course once a day, as presence is ticked (H13).
check_in decide_check_in(const scanned_ticket& of, const organisation_id& at, std::optional<account_id> by,
                         time_point now);

} // namespace foyer::order
