#pragma once

#include "actors/household/households.hpp"

#include <memory>

namespace foyer::storage {

namespace pg {
class read_pool;
}

/// `from` must outlive the loader.
std::unique_ptr<household::loader> create_household_loader(pg::read_pool& from);
std::unique_ptr<household::list> create_household_list(pg::read_pool& from);

} // namespace foyer::storage
