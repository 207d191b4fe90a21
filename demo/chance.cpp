#include "demo/chance.hpp"

#include "actors/vocabulary/secret.hpp"

#include <numeric>
#include <string>

namespace foyer::demo {
namespace {

sha256_hash hash_of_name(std::uint64_t seed, std::string_view name) {
  return sha256("foyer demo " + std::to_string(seed) + " " + std::string{name});
}

} // namespace

chance::chance(std::uint64_t seed, std::string_view purpose) : state_(0) {
  const auto bytes = hash_of_name(seed, purpose);
  for (std::size_t i = 0; i < 8; ++i) state_ = state_ << 8 | bytes[i];
}

std::uint64_t chance::next() noexcept {
  state_ += 0x9E3779B97F4A7C15ULL;
  auto mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
  return mixed ^ (mixed >> 31);
}

std::size_t chance::weighted(const std::vector<std::int64_t>& weights) noexcept {
  const auto sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  auto left = between(1, sum);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    left -= weights[i];
    if (left <= 0) return i;
  }
  return weights.size() - 1;
}

uuid made_id(std::uint64_t seed, std::string_view name, time_point at) {
  const auto random = hash_of_name(seed, name);
  uuid made;
  for (std::size_t i = 0; i < made.bytes.size(); ++i) made.bytes[i] = random[i];
  auto ms = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
  for (std::size_t i = 6; i-- > 0; ms >>= 8) made.bytes[i] = static_cast<std::uint8_t>(ms);
  made.bytes[6] = static_cast<std::uint8_t>(0x70 | (made.bytes[6] & 0x0F)); // RFC 9562: version 7
  made.bytes[8] = static_cast<std::uint8_t>(0x80 | (made.bytes[8] & 0x3F)); // and its variant
  return made;
}

} // namespace foyer::demo
