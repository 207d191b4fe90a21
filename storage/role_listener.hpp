#pragma once

#include "actors/vocabulary/id.hpp"

#include <functional>
#include <memory>
#include <string>

namespace foyer::storage {

/// Hears of every role that is given or taken, by this process or another (the trigger on `roles` tells), so
/// that sessions in memory can be read again.
class role_listener {
public:
  virtual ~role_listener() = default;
  /// Ends the thread; when it returns, the callback is not running and will not be called again.
  virtual void stop() = 0;
};

/// A thread with a connection of its own, made again when it breaks; what was told meanwhile is missed.
/// `changed` is called on that thread.
std::unique_ptr<role_listener> start_role_listener(std::string database_url,
                                                   std::function<void(const account_id&)> changed);

} // namespace foyer::storage
