#include "actors/password/argon2.hpp"

#include "actors/vocabulary/secret.hpp"

#include <argon2.h>

#include <array>
#include <charconv>

namespace foyer::password {
namespace {

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;
constexpr std::size_t phc_max = 256;

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_number(std::string_view& text, std::uint32_t& out) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out);
  if (result.ec != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
  return true;
}

} // namespace

std::optional<std::string> hash(std::string_view password, const parameters& with) {
  std::array<std::uint8_t, salt_bytes> salt{};
  fill_random(salt);
  std::array<char, phc_max> phc{};
  const auto result =
      argon2id_hash_encoded(with.iterations, with.memory_kib, with.lanes, password.data(), password.size(),
                            salt.data(), salt.size(), hash_bytes, phc.data(), phc.size());
  if (result != ARGON2_OK) return std::nullopt;
  return std::string{phc.data()};
}

bool matches(std::string_view password, const std::string& phc) {
  if (!parameters_of(phc)) return false;
  return argon2id_verify(phc.c_str(), password.data(), password.size()) == ARGON2_OK;
}

std::optional<parameters> parameters_of(std::string_view phc) {
  if (phc.size() >= phc_max) return std::nullopt;
  parameters out;
  const bool read = take(phc, "$argon2id$v=19$m=") && take_number(phc, out.memory_kib) && take(phc, ",t=") &&
                    take_number(phc, out.iterations) && take(phc, ",p=") && take_number(phc, out.lanes) &&
                    take(phc, "$");
  if (!read) return std::nullopt;
  const bool bounded = out.memory_kib >= 8 && out.memory_kib <= memory_kib_max && out.iterations >= 1 &&
                       out.iterations <= iterations_max && out.lanes >= 1 && out.lanes <= lanes_max;
  if (!bounded) return std::nullopt;
  return out;
}

} // namespace foyer::password
