#pragma once

#include "actors/organisation/organisations.hpp"

#include <memory>

namespace foyer::storage {

namespace pg {
class read_pool;
}

/// `from` must outlive the loader.
std::unique_ptr<organisation::loader> create_organisation_loader(pg::read_pool& from);

} // namespace foyer::storage
