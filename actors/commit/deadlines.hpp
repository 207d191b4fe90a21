#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/time.hpp"

#include <optional>

// Deadlines: a hot row for each new one, a cold one when it is over.
// A part of actors/commit.hpp.

namespace foyer {

enum class deadline_kind {
  account_removal = 1, // A4
  confirmation_reminder = 2,
  order_expiry = 3, // O4
  open_courses = 4, // H12: a new household joins them
};

struct deadline_row {
  deadline_id id;
  deadline_kind kind = deadline_kind::order_expiry;
  uuid entity;
  std::optional<organisation_id> organisation;
  time_point due_at;
};

struct deadline_done {
  deadline_kind kind = deadline_kind::order_expiry;
  uuid entity;
};

} // namespace foyer
