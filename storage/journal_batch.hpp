#pragma once

#include "actors/commit.hpp"

#include <cstddef>
#include <span>
#include <unordered_map>
#include <vector>

namespace foyer::storage {

/// Commits that become one transaction, with their wallets and stocks folded: one statement can change a row
/// only once. Holds pointers: the commits must stay where they are until clear(). Pure; reused for every
/// batch.
class journal_batch {
public:
  /// Rows after which a batch is closed, so that one of an import does not hold up the others for long.
  static constexpr std::size_t rows_max = 4'096;

  enum class fit {
    joins,
    next_batch, // in order it must come after what is in already, for a wallet's versions do not follow each
                // other, and only the database can tell which of the two is stale
    broken      // its own rows contradict each other
  };

  /// Adds the commit when it joins; otherwise changes nothing.
  fit add(const commit& rows);
  void clear();

  [[nodiscard]] bool empty() const noexcept { return commits_.empty(); }
  [[nodiscard]] std::span<const commit* const> commits() const noexcept { return commits_; }
  /// Per wallet its first expected version and its last state.
  [[nodiscard]] std::span<const wallet_row> wallets() const noexcept { return wallets_; }
  /// How many of the wallets are not new.
  [[nodiscard]] std::size_t wallets_updated() const noexcept;
  /// Per offer the sum of its deltas.
  [[nodiscard]] std::span<const stock_delta> stock() const noexcept { return stock_; }

private:
  void fold(const wallet_row& row);
  void fold(const stock_delta& row);

  std::vector<const commit*> commits_;
  std::size_t rows_ = 0;
  std::vector<wallet_row> wallets_;
  std::unordered_map<household_id, std::size_t> wallet_at_;
  std::vector<stock_delta> stock_;
  std::unordered_map<offer_id, std::size_t> stock_at_;
};

} // namespace foyer::storage
