#pragma once

#include "actors/checkout/pricing.hpp"
#include "demo/people.hpp"
#include "demo/programme.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// Everything that the demonstration holds, as what people did one after the other. Pure: the same seed and
// time give the same plan, so that a load which was cut off is completed by the next start.

namespace foyer::demo {

/// Staff put money on the household's account, or took it off (negative; down to the box office's floor).
struct money_entry {
  time_point at;
  entry_id id;
  amount change = 0;
  std::string reason;
};

struct purchase {
  time_point at;
  bool at_counter = false;
  std::optional<account_id> account; // the buyer was logged in
  bool allow_negative = false;       // at the counter, on the household's account
  bool told_by_mail = false;
  std::vector<checkout::wanted_line> lines;
  std::vector<checkout::wanted_payment> payments;
};

using act = std::variant<money_entry, purchase>;

struct client {
  household::state who;
  std::optional<account_row> account; // to be written with the household
  std::vector<act> acts;              // in order of time
};

struct plan {
  time_point founded; // when the organisation began; everything else follows from it and the seed
  time_point base;    // the demonstration's "now"
  organisation::snapshot organisation;
  std::vector<planned_account> accounts;
  std::vector<planned_offer> offers;
  /// Claire's first. The last has done nothing yet: it is written when all others are complete, and so tells
  /// that the demonstration is.
  std::vector<client> clients;

  [[nodiscard]] const account_row& account(std::string_view email) const;
};

/// How long the house has been on Foyer, at the demonstration's first start.
inline constexpr std::chrono::days age_of_house{400};
inline constexpr std::size_t household_count = 200;
/// What Claire has left (OPERATIONS.md).
inline constexpr amount claires_balance = 12'000;

plan make_plan(std::uint64_t seed, time_point founded);

} // namespace foyer::demo
