#pragma once

#include "actors/commit.hpp"
#include "actors/organisation/organisation.hpp"
#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/time.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A session: what it is and how long it lives (QUALITY, "sessions"). Pure.

namespace foyer::session {

/// What every request of a login needs to know of its account, as of the last read of the session.
struct owner {
  account_id id;
  std::string username;
  std::string email;
  std::string email_key; // as it is compared (A9)
  std::string first_name;
  std::string last_name;
  std::optional<date> birth_date;
  std::string locale;
  std::vector<std::pair<organisation_id, organisation::role>> roles; // A12

  [[nodiscard]] std::optional<organisation::role> role_at(const organisation_id& where) const noexcept {
    for (const auto& [organisation, role] : roles)
      if (organisation == where) return role;
    return std::nullopt;
  }
};

/// A session as stored, with its account as that is now.
struct record {
  session_id id;
  sha256_hash token_hash{};
  bool login = true; // false: a my-space session (S6), which has organisation, and household or only_order
  std::optional<account_id> account;
  std::optional<organisation_id> organisation;
  std::optional<household_id> household;
  std::optional<order_id> only_order; // what a number alone opens (H3)
  bool remembered = false;
  std::string device;
  std::string address;
  time_point created_at;
  time_point last_used_at;
  time_point password_at; // when the password was last asked for
  time_point expires_at;
  std::shared_ptr<const session::owner> owner; // of a login

  [[nodiscard]] bool staff() const noexcept { return owner && !owner->roles.empty(); }
};

/// The [sessions] section of the configuration.
struct limits {
  duration buyer_idle{};
  duration buyer_absolute{};
  duration remembered{};
  duration staff_idle{};
  duration staff_absolute{};
  duration password_asked_after{};
};

/// When a session that is opened now ends at the latest. Staff are never remembered.
time_point end_of(time_point opened, bool remembered, bool staff, const limits& with) noexcept;

/// False once it is idle for too long or at its end. An account that became staff meanwhile has the staff's
/// limits at once.
bool lives(const record& of, time_point last_used, time_point now, const limits& with) noexcept;

/// Sensitive changes ask for the password again when it is older than this (API, reauthentication_required).
bool password_is_fresh(const record& of, time_point now, const limits& with) noexcept;

/// How seldom the last use is written: a minute, or less where sessions idle out sooner.
duration touch_interval(const record& of, const limits& with) noexcept;

/// What the owner reads in the list of sessions: "Firefox, Linux" of a User-Agent header; at most 80
/// characters.
std::string device_of(std::string_view user_agent);

} // namespace foyer::session
