#pragma once

#include "actors/wallet/wallet.hpp"

#include <functional>
#include <vector>

namespace foyer::wallet {

/// Entries of one wallet, newest first.
struct ledger_page {
  std::vector<entry> entries;
  bool more = false;
};

/// Reads the ledger for display. `done` from any thread. Implemented in storage/loaders/ledger.cpp.
class ledger {
public:
  virtual ~ledger() = default;
  /// `before`: a cursor, entries with a smaller sequence number; 0 for the newest. 1 ≤ limit ≤ 200.
  virtual void list_entries(const organisation_id& at, const household_id& of, std::int64_t before, int limit,
                            std::function<void(outcome<ledger_page>)> done) = 0;
};

} // namespace foyer::wallet
