#pragma once

#include "actors/order/loader.hpp"
#include "actors/order/records.hpp"

#include <memory>

namespace foyer::storage {

namespace pg {
class read_pool;
}

/// `from` must outlive them.
std::unique_ptr<order::loader> create_order_loader(pg::read_pool& from);
std::unique_ptr<order::answers> create_answers(pg::read_pool& from);
std::unique_ptr<order::records> create_order_records(pg::read_pool& from);

} // namespace foyer::storage
