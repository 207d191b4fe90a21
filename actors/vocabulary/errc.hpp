#pragma once

#include <string_view>

namespace foyer {

/// Every reason for which the program refuses something. The names are the codes of problem+json;
/// http/problem.cpp alone maps them to a status.
#define FOYER_ERRC(X)                                                                                        \
  X(unavailable) /* not now; safe to repeat with the same idempotency key */                                 \
  X(internal)    /* a mistake of ours */                                                                     \
  X(invalid)     /* the fields say which */                                                                  \
  X(malformed)   /* not JSON, or not HTTP */                                                                 \
  X(not_found)                                                                                               \
  X(not_authenticated)                                                                                       \
  X(forbidden)                                                                                               \
  X(csrf_required) /* a cookie session's change without its value */                                         \
  X(rate_limited)                                                                                            \
  X(conflict)                                                                                                \
  X(version_conflict)                                                                                        \
  X(read_only)                                                                                               \
  X(idempotency_key_required)                                                                                \
  X(idempotency_key_reused)                                                                                  \
  X(idempotency_in_progress)                                                                                 \
  X(password_too_weak)                                                                                       \
  X(password_required)                                                                                       \
  X(username_taken)                                                                                          \
  X(email_taken)                                                                                             \
  X(invalid_credentials)                                                                                     \
  X(email_unconfirmed)                                                                                       \
  X(totp_required)                                                                                           \
  X(reauthentication_required)                                                                               \
  X(login_required) /* a my-space session asked for what needs a login */                                    \
  X(token_expired)                                                                                           \
  X(token_used)                                                                                              \
  X(token_replaced)                                                                                          \
  X(token_unknown)                                                                                           \
  X(other_account)                                                                                           \
  X(space_closed)                                                                                            \
  X(space_not_opened)                                                                                        \
  X(sold_out)                                                                                                \
  X(not_on_sale)                                                                                             \
  X(order_limit_exceeded)                                                                                    \
  X(insufficient_funds)                                                                                      \
  X(payment_required)                                                                                        \
  X(payment_mismatch)                                                                                        \
  X(payment_method_unavailable)                                                                              \
  X(currency_mismatch)                                                                                       \
  X(amount_out_of_range)                                                                                     \
  X(floor_exceeded)                                                                                          \
  X(capacity_in_use)                                                                                         \
  X(answers_missing)                                                                                         \
  X(terms_not_accepted)                                                                                      \
  X(account_required)                                                                                        \
  X(underage)                                                                                                \
  X(too_late)                                                                                                \
  X(holds_open)       /* money is held in a wallet that is to be emptied */                                  \
  X(household_merged) /* it went into another household, which has everything now */                        \
  X(newer_changes)    /* the fields say what depends on what is to be undone */                              \
  X(unconfirmed)      /* H7: why an account can't be linked: */                                              \
  X(no_online_order)                                                                                         \
  X(linked_here)

enum class errc {
#define FOYER_ERRC_NAME(name) name,
  FOYER_ERRC(FOYER_ERRC_NAME)
#undef FOYER_ERRC_NAME
};

/// The stable code of API.md: the enumerator's own name.
constexpr std::string_view to_string(errc code) noexcept {
  switch (code) {
#define FOYER_ERRC_CASE(name)                                                                                \
  case errc::name: return #name;
    FOYER_ERRC(FOYER_ERRC_CASE)
#undef FOYER_ERRC_CASE
  }
  return "internal";
}

} // namespace foyer
