#pragma once

#include "actors/organisation/organisation.hpp"
#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/time.hpp"
#include "http/request.hpp"

#include <any>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace foyer::http {

/// What routes need to know of an account that is logged in.
struct caller_account {
  account_id id;
  std::string email;
  std::string first_name;
  std::string last_name;
  std::optional<date> birth_date;
  std::string locale;
  std::vector<std::pair<organisation_id, organisation::role>> roles;

  [[nodiscard]] std::optional<organisation::role> role_at(const organisation_id& where) const noexcept {
    for (const auto& [organisation, role] : roles)
      if (organisation == where) return role;
    return std::nullopt;
  }
};

/// Who sent a request. The gate (http/session) puts a shared_ptr<const caller> into request::caller; without a
/// session nothing is there.
struct caller {
  session_id session;
  /// Set: logged in.
  std::shared_ptr<const caller_account> account;
  /// Set: a my-space session (S6) of this household.
  std::optional<organisation_id> space_organisation;
  std::optional<household_id> space_household;
};

/// Null for nobody.
inline const caller* caller_of(const request& of) noexcept {
  const auto* found = std::any_cast<std::shared_ptr<const caller>>(&of.caller);
  return found == nullptr ? nullptr : found->get();
}

/// The account behind a request, null without a login.
inline const caller_account* account_of(const request& of) noexcept {
  const auto* who = caller_of(of);
  return who == nullptr ? nullptr : who->account.get();
}

} // namespace foyer::http
