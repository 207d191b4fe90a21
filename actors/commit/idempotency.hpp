#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/secret.hpp"
#include "actors/vocabulary/time.hpp"

#include <optional>
#include <string>

// Hot row of an idempotency key (W5).
// A part of actors/commit.hpp.

namespace foyer {

/// The answer that a repeat of the same idempotency key gets (W5).
struct idempotency_row {
  uuid id; // first half of SHA-256 of organisation, principal, route and key
  sha256_hash request_hash{};
  int status = 201;
  std::string answer;
  time_point at;
  std::optional<order_id> order{}; // set: the answer is made of this order's rows, and `answer` is empty
};

} // namespace foyer
