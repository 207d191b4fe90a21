#pragma once

#include "actors/password/argon2.hpp"
#include "actors/reply.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace foyer::password {

struct verdict {
  bool matches = false;
  /// Set when it matches and the stored string has other parameters than today's: to be stored instead.
  std::optional<std::string> rehashed;
};

struct pool_options {
  parameters with;
  std::size_t threads = 0; // 0: one per core
  std::size_t queue_max = 64;
};

/// Hashes passwords on threads of its own, with less priority than those that serve. Any thread. When the
/// queue is full, and after the end, answers `unavailable`.
class hash_pool {
public:
  virtual ~hash_pool() = default;

  /// A PHC string. The password is taken in NFC.
  virtual void hash(std::string password, reply<std::string> back) = 0;
  /// Against a stored PHC string; an empty one stands for an account that does not exist, costs the same and
  /// never matches.
  virtual void verify(std::string password, std::string stored, reply<verdict> back) = 0;

  [[nodiscard]] virtual std::size_t waiting() const = 0;
};

/// Starts the threads; they end, after the work in hand, with the pool.
std::unique_ptr<hash_pool> create_hash_pool(const pool_options& options);

} // namespace foyer::password
