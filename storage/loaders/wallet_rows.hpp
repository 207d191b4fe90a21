#pragma once

#include "actors/wallet/wallet.hpp"
#include "storage/pg/rows.hpp"

namespace foyer::storage {

/// The columns of a wallet in the order that read_wallet reads; `w` is wallets (outer: there is none yet).
inline constexpr const char* wallet_columns =
    "w.version, w.balance, w.held, w.floor, w.lowest, w.entries_count, w.head";
inline constexpr int wallet_columns_count = 7;

/// The next columns of a row; without organisation, and whether it is closed, which the household's row says.
wallet::state read_wallet(pg::row_reader& from, const household_id& of);

} // namespace foyer::storage
