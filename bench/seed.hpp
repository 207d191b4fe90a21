#pragma once

#include "actors/vocabulary/id.hpp"
#include "bench/database.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace foyer::bench {

// What every seeded wallet starts with, in minor units: more than any run can spend.
inline constexpr std::int64_t seeded_balance = 1'000'000'000;

// Ids follow from a number, so that a pgbench script can compute them: household n is household_prefix and n
// as 12 hexadecimal digits. They are sorted by n as UUIDv7 are by time.
inline constexpr std::string_view household_prefix = "01900000-0000-7002-8000-";
inline constexpr std::string_view account_prefix = "01900000-0000-7001-8000-";

household_id seeded_household(std::size_t number);
// What a seeded account logs in with.
std::string seeded_name(std::size_t number);

// The session token of a seeded account: 43 characters. 0 is the administrator, 1 to N are the buyers.
std::string seeded_token(std::uint64_t seed, std::size_t number);

// Fills an organisation that exists: an administrator, and `households` buyers, each with an account, a
// household of one member (bench/people.hpp), a wallet with one top-up in its hash chain, and a session. In
// bulk and past the actors, so only before anything of it is in use. All share one password hash, that of
// seeded_password. Throws failure.
void seed_households(database& to, const std::string& organisation_slug, std::size_t households,
                     std::uint64_t seed, const std::function<void(std::size_t done)>& progress);

inline constexpr std::string_view seeded_password = "foyer-bench-2026";

} // namespace foyer::bench
