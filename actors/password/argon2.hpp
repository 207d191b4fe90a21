#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Argon2id (RFC 9106) in PHC strings. Blocking and slow on purpose: only the hash pool and the command line
// call it.

namespace foyer::password {

struct parameters {
  std::uint32_t memory_kib = 19'456;
  std::uint32_t iterations = 2;
  std::uint32_t lanes = 1;
  friend bool operator==(const parameters&, const parameters&) = default;
};

/// A new PHC string with a random salt of 16 bytes and 32 bytes of hash. nullopt when there is no memory for
/// it.
std::optional<std::string> hash(std::string_view password, const parameters& with);

/// Whether the password is the one of a PHC string; false for strings that are malformed or ask for more than
/// the bounds below. The time does not tell where the difference is.
bool matches(std::string_view password, const std::string& phc);

/// The parameters of a stored string; nullopt when it is none of ours or out of bounds.
std::optional<parameters> parameters_of(std::string_view phc);

/// Bounds of stored parameters: a row that somebody planted must not eat the machine.
inline constexpr std::uint32_t memory_kib_max = 256 * 1024;
inline constexpr std::uint32_t iterations_max = 16;
inline constexpr std::uint32_t lanes_max = 4;

/// What an account without password has: nothing matches it.
inline constexpr std::string_view no_password = "!";

} // namespace foyer::password
