#include "bench/hindrance.hpp"

#include "bench/load.hpp"

#include <array>

namespace foyer::bench {

namespace {

struct reason {
  std::string_view code;
  std::string_view says;
};

// Codes of problem documents (API.md) that a setting of the server or of the organisation brings.
constexpr std::array reasons{
    reason{
        "rate_limited",
        "the server slows down what many clients at one address do: set security.throttling = false there, "
        "on a test installation only, or give sessions of buyers with --tokens"},
    reason{
        "host_refused",
        "the server does not serve this host name: add it to server.allowed_hosts there, or use the one of "
        "server.public_url"},
    reason{
        "not_authenticated",
        "the token is of no session there, or its session ended (sessions.buyer_idle, sessions.staff_idle, "
        "sessions.buyer_absolute, sessions.staff_absolute)"},
    reason{"forbidden",
           "the role of this token may not do that: preparing needs an administrator of the organisation"},
    reason{"account_required",
           "the organisation sells to accounts only (its setting account_required): switch that off for the "
           "test, or give sessions of buyers with --tokens"},
    reason{
        "answers_missing",
        "the organisation's form has mandatory fields: make them optional for the test, or give sessions of "
        "buyers whose forms are filled in with --tokens"},
    reason{"terms_not_accepted",
           "the organisation's terms of sale must be accepted: take terms_url out of its "
           "settings for the test"},
    reason{"space_closed",
           "the point of sale has my space switched off (customer_space_open): switch it on for the test"},
    reason{"sold_out",
           "the offer is sold out: without --offer the bench makes one of its own with 10,000,000 places"},
    reason{"insufficient_funds",
           "the wallets of these buyers are empty: credit them, or give a token of staff, "
           "with which the bench makes buyers of its own"},
    reason{"too_many_places", "the offer limits how many one buyer may have (max_per_order)"},
    reason{"floor_exceeded",
           "the wallet is at its floor: credit it, or leave --household out, and the bench makes one"},
    reason{"invalid_credentials",
           "the server does not know these logins: look at the lines of --accounts, each `LOGIN PASSWORD`"},
    reason{"email_unconfirmed", "these accounts are not confirmed yet"},
    reason{"totp_required", "these accounts have a second factor, which the bench can't know"},
    reason{"not_found", "the server knows no such organisation, point of sale, offer or household"},
};

} // namespace

std::string_view code_in(std::string_view body) {
  constexpr std::string_view key = "\"code\":\"";
  const auto at = body.find(key);
  if (at == std::string_view::npos) return {};
  const auto rest = body.substr(at + key.size());
  const auto end = rest.find('"');
  return end == std::string_view::npos ? std::string_view{} : rest.substr(0, end);
}

std::string hindrance_of(int status, std::string_view body) {
  const auto code = code_in(body);
  for (const auto& each : reasons)
    if (each.code == code) return std::string{each.says};
  if (status == 503)
    return "the server had more to do than it takes at once (connections: http.connections_per_address_max "
           "and "
           "http.connections_max; requests: http.in_flight_max, journal.queue_max, "
           "actors.queue_max, database.read_queue_max; of logins security.hash_threads and "
           "security.hash_queue): "
           "ask for less with --connections or --rate, or raise those limits there";
  if (status >= 300 && status < 400) return "something else answers here, such as a proxy that redirects";
  if (status == 502 || status == 504) return "a proxy answers that it can't reach the server behind it";
  return {};
}

std::string hindrance_of_lost(const load_result& of, std::size_t connections) {
  if (of.connection_errors == 0) return {};
  std::string out = "connections were refused or closed: " + of.first_lost;
  // A server at its limit accepts and closes; one that is gone refuses.
  if (of.succeeded_in_all > 0 && connections > 1)
    out += "; with " + std::to_string(connections) +
           " connections from one address look at http.connections_per_address_max and http.connections_max "
           "there";
  return out;
}

} // namespace foyer::bench
