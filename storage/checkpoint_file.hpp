#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/outcome.hpp"
#include "actors/vocabulary/secret.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

namespace foyer::storage {

/// How far a wallet's chain had come, and the hash of that entry, which stands for all before it.
struct signed_head {
  household_id household;
  std::int64_t entries = 0;
  sha256_hash head{};

  friend bool operator==(const signed_head&, const signed_head&) = default;
};

/// A checkpoint: a text file of one day that says where every wallet's chain was. Lines:
///
///     Foyer ledger checkpoint 1
///     at 2026-05-17T12:00:00.000000Z
///     <household> <entries> <head, 64 hex digits>       one for each wallet with entries, by household
///     wallets <how many>
///     signature <64 hex digits>
///
/// The signature is HMAC-SHA-256, under a key of the server's secret, of the SHA-256 of all lines before it.
/// Blocking.
class checkpoint_writer {
public:
  virtual ~checkpoint_writer() = default;
  /// In ascending order of households.
  virtual void add(const signed_head& next) = 0;
  /// Signs, flushes to the disk and only then gives the file its name, in the place of a former one of that
  /// day. Returns its path. Refused: `internal`, with a sentence for the operator. Without it nothing
  /// remains.
  virtual outcome<std::filesystem::path> finish(const server_secret& secret) = 0;
};

/// `at` as in the file. Makes the folder. Mode 0600.
outcome<std::unique_ptr<checkpoint_writer>> create_checkpoint(const std::filesystem::path& folder,
                                                              const std::string& at);

/// Reads a checkpoint whose signature was checked. Memory does not grow with the file.
class checkpoint_reader {
public:
  /// Reads all of the file once. Refused: `internal`, when it cannot be read, is not a checkpoint, or its
  /// signature is not of this secret, with a sentence for the operator.
  static outcome<checkpoint_reader> open(const std::filesystem::path& file, const server_secret& secret);

  [[nodiscard]] const std::string& at() const { return at_; }
  [[nodiscard]] std::int64_t wallets() const { return wallets_; }
  /// One after the other, by household; none at the end.
  std::optional<signed_head> next();

private:
  checkpoint_reader(std::ifstream lines, std::string at, std::int64_t wallets);
  std::ifstream lines_;
  std::string at_;
  std::int64_t wallets_ = 0;
};

/// The checkpoint of the latest day in this folder, by the names of the files.
std::optional<std::filesystem::path> newest_checkpoint(const std::filesystem::path& folder);

/// Removes all but the `kept` latest days; 0 keeps all. Touches no other files.
void remove_old_checkpoints(const std::filesystem::path& folder, std::int64_t kept);

} // namespace foyer::storage
