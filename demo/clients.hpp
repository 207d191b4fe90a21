#pragma once

#include "demo/load.hpp"
#include "demo/plan.hpp"

namespace foyer::demo {

/// Writes one household and does what it did, one act after the other. Acts that an earlier, interrupted load
/// has done are known by the numbers of orders and of ledger entries, and left out. Answers how many orders
/// were placed now.
boost::asio::awaitable<outcome<std::size_t>> load_client(services& with, organisation::snapshot_ptr at,
                                                         const plan& from, const client& who);

} // namespace foyer::demo
