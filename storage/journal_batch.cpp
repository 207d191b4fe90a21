#include "storage/journal_batch.hpp"

#include <algorithm>

namespace foyer::storage {
namespace {

std::size_t rows_of(const commit& rows) noexcept {
  return rows.wallets.size() + rows.entries.size() + rows.orders.size() + rows.lines.size() +
         rows.payments.size() + rows.tickets.size() + rows.stock.size() + rows.idempotency.size() +
         rows.mails.size() + rows.deadlines.size() + rows.cold.size();
}

/// Whether every wallet that occurs more than once goes on from where it was before. A commit has one or two.
bool consistent(const std::vector<wallet_row>& wallets) noexcept {
  for (std::size_t i = 1; i < wallets.size(); ++i) {
    for (std::size_t before = i; before-- > 0;) {
      if (wallets[before].household != wallets[i].household) continue;
      if (wallets[before].version != wallets[i].expected_version) return false;
      break;
    }
  }
  return true;
}

} // namespace

journal_batch::fit journal_batch::add(const commit& rows) {
  if (!consistent(rows.wallets)) return fit::broken;
  if (!commits_.empty()) {
    if (rows_ + rows_of(rows) > rows_max) return fit::next_batch;
    for (std::size_t i = 0; i < rows.wallets.size(); ++i) {
      const auto& wallet = rows.wallets[i];
      const auto known = wallet_at_.find(wallet.household);
      if (known == wallet_at_.end()) continue;
      const auto first = std::ranges::find(rows.wallets, wallet.household, &wallet_row::household);
      if (first->expected_version != wallets_[known->second].version) return fit::next_batch;
    }
  }
  commits_.push_back(&rows);
  rows_ += rows_of(rows);
  for (const auto& row : rows.wallets) fold(row);
  for (const auto& row : rows.stock) fold(row);
  return fit::joins;
}

void journal_batch::clear() {
  commits_.clear();
  rows_ = 0;
  wallets_.clear();
  wallet_at_.clear();
  stock_.clear();
  stock_at_.clear();
}

std::size_t journal_batch::wallets_updated() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(wallets_, [](const wallet_row& row) { return row.expected_version != 0; }));
}

void journal_batch::fold(const wallet_row& row) {
  const auto [at, added] = wallet_at_.try_emplace(row.household, wallets_.size());
  if (added) {
    wallets_.push_back(row);
    return;
  }
  auto& wallet = wallets_[at->second];
  const auto expected = wallet.expected_version;
  wallet = row;
  wallet.expected_version = expected;
}

void journal_batch::fold(const stock_delta& row) {
  const auto [at, added] = stock_at_.try_emplace(row.offer, stock_.size());
  if (added) {
    stock_.push_back(row);
    return;
  }
  stock_[at->second].sold += row.sold;
  stock_[at->second].held += row.held;
}

} // namespace foyer::storage
