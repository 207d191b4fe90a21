#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/secret.hpp"
#include "actors/vocabulary/time.hpp"

#include <array>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace foyer::http {

/// The idempotency keys that are under way, and the newest answers. Bounded; any thread.
class idempotency_keys {
public:
  struct answer {
    sha256_hash request_hash{};
    int status = 0;
    std::string body;
    time_point at; // when it was given first
  };

  /// What is known of a key at its arrival.
  struct arrival {
    enum kind : std::uint8_t {
      first,       // claimed: call finish() when the command has ended
      in_progress, // the same request is under way
      reused,      // another request has this key
      answered,    // here is the answer
      full         // too many are under way
    };
    kind what = full;
    answer known;
  };

  /// Answers older than `kept_for` are forgotten.
  idempotency_keys(std::size_t in_progress_max, std::size_t answers_max, duration kept_for)
      : in_progress_max_(in_progress_max / shard_count + 1), answers_max_(answers_max / shard_count + 1),
        kept_for_(kept_for) {}

  arrival arrive(const uuid& key, const sha256_hash& request_hash, time_point now);
  /// Ends the claim and keeps the answer, if there is one, in one step: no repeat can slip in between.
  void finish(const uuid& key, std::optional<answer> given);

private:
  struct shard {
    std::mutex mutex;
    std::unordered_map<uuid, sha256_hash> under_way;
    std::list<std::pair<uuid, answer>> newest; // the newest first
    std::unordered_map<uuid, std::list<std::pair<uuid, answer>>::iterator> answers;
  };
  static constexpr std::size_t shard_count = 16;

  shard& shard_of(const uuid& key) { return shards_[hash_of(key) % shard_count]; }

  std::size_t in_progress_max_;
  std::size_t answers_max_;
  duration kept_for_;
  std::array<shard, shard_count> shards_;
};

} // namespace foyer::http
