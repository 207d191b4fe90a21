#pragma once

#include "actors/wallet/ledger.hpp"

#include <memory>

namespace foyer::storage {

namespace pg {
class read_pool;
}

/// `from` must outlive it.
std::unique_ptr<wallet::ledger> create_ledger(pg::read_pool& from);

} // namespace foyer::storage
