#pragma once

#include "actors/organisation/organisations.hpp"
#include "actors/session/sessions.hpp"
#include "actors/vocabulary/secret.hpp"
#include "http/caller.hpp"
#include "http/json/writer.hpp"
#include "http/problem.hpp"
#include "http/router.hpp"
#include "http/site.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace foyer::http {

/// What the gate asks. All of it outlives the router.
struct gate_services {
  session::store& sessions;
  organisation::registry& organisations;
  const server_secret& secret;
  const http::site& site;
};

/// Lets a request pass to its handler, or answers it: finds the session of the bearer token or cookie, checks
/// origin and CSRF value of changes that a cookie authenticates, and holds the route's access. 401
/// not_authenticated; 403 csrf_required, login_required, forbidden (a role without the right); 404 for an
/// organisation without any role.
void install_gate(router& to, gate_services& with);

/// The token that a request shows: bearer first, because a program means it.
struct shown_token {
  std::string_view text;
  bool from_cookie = false;
};
std::optional<shown_token> token_of(const request& in, const site& own);

/// The value that changes by a cookie's session have to send as X-Foyer-CSRF.
std::string csrf_of(const server_secret& secret, std::string_view session_token);

/// Opens the answer to a new session (API, session): writes its fields but for `account` and `roles`, which
/// the caller may add before end_object().
void append_session_fields(json::writer& out, const session::record& of, time_point last_used,
                           const session::limits& with, std::string_view csrf,
                           const std::optional<std::string>& token);

/// The cookie of a session that was opened; remembered ones outlive the browser.
void set_session_cookie(response& to, const site& own, const std::string& token, const session_row& of);
void clear_session_cookie(response& to, const site& own);

/// 403 reauthentication_required when the password was asked for too long ago (QUALITY, "sessions").
std::optional<problem> password_too_old(const caller& who, const session::store& sessions);

} // namespace foyer::http
