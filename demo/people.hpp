#pragma once

#include "actors/household/household.hpp"
#include "actors/organisation/organisation.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// The demonstration's accounts and households, made of the CSV files of names and streets. Pure.

namespace foyer::demo {

/// The password of the demonstration's accounts (OPERATIONS.md).
inline constexpr std::string_view demo_password = "foyer-demo-2026";
inline constexpr std::string_view administrator_email = "admin@demo.example";
inline constexpr std::string_view box_office_email = "guichet@demo.example";
inline constexpr std::string_view buyer_email = "claire@demo.example";

/// An account that is confirmed already. Its password is set where it is written.
struct planned_account {
  account_row row;
  std::string role; // of the organisation's staff; empty: none
};

/// The accounts of accounts.csv, in that order.
std::vector<planned_account> plan_accounts(std::uint64_t seed, time_point founded, time_point base);

struct planned_household {
  household::state who;
  std::optional<account_row> account; // of an accepted one; nobody knows its password
};

/// Claire's family first, of family.csv, then `others` households. E-mail addresses are of demo.example and
/// phone numbers of the ranges that the French regulator keeps for fiction, so that nobody real is ever
/// reached.
std::vector<planned_household> plan_households(std::uint64_t seed, const organisation::snapshot& at,
                                               time_point base, const account_row& claire,
                                               std::size_t others);

/// Whole years on the day of `at`; a member without birth date counts as grown up.
int age_of(const household::member& who, time_point at);

} // namespace foyer::demo
