#pragma once

#include "actors/session/sessions.hpp"
#include "actors/vocabulary/id.hpp"
#include "http/request.hpp"

#include <any>
#include <memory>
#include <optional>

namespace foyer::http {

/// What routes need to know of an account that is logged in.
using caller_account = session::owner;

/// Who sent a request. The gate (http/session) puts a shared_ptr<const caller> into request::caller; without
/// a session nothing is there.
struct caller {
  session_id session;
  /// Set: logged in.
  std::shared_ptr<const caller_account> account;
  /// Set: a my-space session (S6) of this household.
  std::optional<organisation_id> space_organisation;
  std::optional<household_id> space_household;
  /// Set: a my-space session of this order alone (H3), without a household.
  std::optional<order_id> space_order;
  /// The session itself.
  session::session_ptr live;
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
