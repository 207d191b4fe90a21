#pragma once

#include <memory>

// What the actors and routes read of the database: one class per area behind the port that the area declares.
// Any thread may ask; callbacks come on the read pool's strand, never inside the call.

namespace foyer::wallet {
class loader;
}
namespace foyer::account {
class loader;
class finder;
} // namespace foyer::account
namespace foyer::session {
class loader;
class arrival_loader;
} // namespace foyer::session
namespace foyer::offer {
class loader;
}
namespace foyer::deadlines {
class loader;
}

namespace foyer::storage {

namespace pg {
class read_pool;
}

using read_pool_ptr = std::shared_ptr<pg::read_pool>;

std::unique_ptr<wallet::loader> create_wallet_loader(read_pool_ptr from);
std::unique_ptr<account::loader> create_account_loader(read_pool_ptr from);
std::unique_ptr<account::finder> create_account_finder(read_pool_ptr from);
std::unique_ptr<session::loader> create_session_loader(read_pool_ptr from);
std::unique_ptr<session::arrival_loader> create_arrival_loader(read_pool_ptr from);
std::unique_ptr<offer::loader> create_offer_loader(read_pool_ptr from);
std::unique_ptr<deadlines::loader> create_deadline_loader(read_pool_ptr from);

} // namespace foyer::storage
