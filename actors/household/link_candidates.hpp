#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace foyer::household {

/// An account that staff may link a household to (H7): confirmed, with an online order or reservation here
/// that was not cancelled.
struct link_candidate {
  account_id account;
  std::string username;
  std::string email;
  std::string first_name;
  std::string last_name;
  household_id own; // the household that it has here already
  std::string own_number;
  std::int64_t online_orders = 0;
};

struct candidate_filter {
  organisation_id organisation;
  household_id to_link;               // an account that is linked to it is no candidate
  std::string text;                   // in names, e-mail or username; empty: all
  std::optional<household_id> before; // cursor: own households older than this one
  int limit = 50;
};
struct candidate_page {
  std::vector<link_candidate> candidates; // the newest own household first
  bool more = false;
};

/// Committed data only. `done` from any thread. Implemented in storage/loaders/link_candidates.cpp.
class candidates {
public:
  virtual ~candidates() = default;
  virtual void list_candidates(const candidate_filter& which,
                               std::function<void(outcome<candidate_page>)> done) = 0;
  /// One account, where it is a candidate at all; linked or not.
  virtual void find_candidate(const organisation_id& at, const account_id& whose,
                              std::function<void(outcome<std::optional<link_candidate>>)> done) = 0;
};

} // namespace foyer::household
