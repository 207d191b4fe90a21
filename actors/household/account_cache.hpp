#pragma once

#include "actors/vocabulary/id.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace foyer::household {

/// Remembers which household an account has at an organisation, so that a signed-in request needs no query.
/// Only what was found is remembered: a household that is created a moment later must be seen. Bounded; any
/// thread.
class account_cache {
public:
  using steady = std::chrono::steady_clock;

  explicit account_cache(std::chrono::seconds kept_for, std::size_t per_shard_max = 16'384)
      : kept_for_(kept_for), per_shard_max_(per_shard_max) {}

  [[nodiscard]] std::optional<household_id> find(const organisation_id& at, const account_id& whose,
                                                 steady::time_point now) const {
    auto& here = shard_of(whose);
    const std::lock_guard lock{here.mutex};
    const auto found = here.known.find({at, whose});
    if (found == here.known.end() || found->second.until < now) return std::nullopt;
    return found->second.household;
  }

  /// What a query or a durable change said. `since` is when the query began: an answer from before an erase
  /// is old.
  void keep(const organisation_id& at, const account_id& whose, const household_id& which,
            steady::time_point since, steady::time_point now) {
    auto& here = shard_of(whose);
    const std::lock_guard lock{here.mutex};
    if (since < here.erased_at) return;
    // A full shard is emptied: it fills again with who is here now, and needs no list of ages.
    if (here.known.size() >= per_shard_max_) here.known.clear();
    here.known.insert_or_assign({at, whose}, entry{which, now + kept_for_});
  }

  void erase(const organisation_id& at, const account_id& whose, steady::time_point now) {
    auto& here = shard_of(whose);
    const std::lock_guard lock{here.mutex};
    here.known.erase({at, whose});
    here.erased_at = now;
  }

private:
  struct key {
    organisation_id at;
    account_id whose;
    friend bool operator==(const key&, const key&) = default;
  };
  struct key_hash {
    std::size_t operator()(const key& of) const noexcept {
      return hash_of(of.at.value) * 31 + hash_of(of.whose.value);
    }
  };
  struct entry {
    household_id household;
    steady::time_point until;
  };
  struct shard {
    mutable std::mutex mutex;
    std::unordered_map<key, entry, key_hash> known;
    steady::time_point erased_at{};
  };
  static constexpr unsigned shard_bits = 4;
  static constexpr std::size_t shard_count = std::size_t{1} << shard_bits;

  /// The lowest bits alone would put ids of one maker, which differ in their last bytes, into one shard.
  static std::size_t shard_number(const account_id& whose) noexcept {
    return (hash_of(whose.value) * std::size_t{0x9E37'79B9'7F4A'7C15}) >> (64 - shard_bits);
  }
  shard& shard_of(const account_id& whose) { return shards_[shard_number(whose)]; }
  const shard& shard_of(const account_id& whose) const { return shards_[shard_number(whose)]; }

  std::chrono::seconds kept_for_;
  std::size_t per_shard_max_;
  std::array<shard, shard_count> shards_;
};

} // namespace foyer::household
