#pragma once

#include "actors/commit.hpp"
#include "actors/organisation/organisation.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace foyer::organisation {

/// Somebody with a role (A12).
struct staff_member {
  account_id account;
  std::string email;
  std::string username;
  std::string first_name;
  std::string last_name;
  organisation::role role = organisation::role::auditor;
  bool active = false; // false: no password was chosen yet
  time_point since;
};

/// Which changes are asked for (P2). Unset: no filter.
struct change_filter {
  organisation_id organisation;
  std::string subject_kind;
  std::optional<uuid> subject;
  std::optional<account_id> by;
  std::string action;
  std::optional<uuid> before; // cursor: older than this one
  int limit = 50;
};

/// One entry of the audit log, with the names that its account has today; empty when the account is gone.
struct recorded_change {
  staff_change_row what;
  std::string username;
  std::string first_name;
  std::string last_name;
};
struct change_page {
  std::vector<recorded_change> changes; // newest first
  bool more = false;
};

/// Who works at an organisation, and what they changed. Committed data only. `done` from any thread.
/// Implemented in storage/loaders/staff_records.cpp.
class staff_records {
public:
  virtual ~staff_records() = default;
  /// By name.
  virtual void list_staff(const organisation_id& at,
                          std::function<void(outcome<std::vector<staff_member>>)> done) = 0;
  virtual void list_changes(const change_filter& which, std::function<void(outcome<change_page>)> done) = 0;
};

} // namespace foyer::organisation
