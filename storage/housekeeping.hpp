#pragma once

#include "actors/vocabulary/time.hpp"
#include "config/settings.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace foyer::storage {

/// Removes what nobody may use any more: idempotency records after orders.idempotency_kept_for (W5), sessions
/// that are over, tokens long expired, journals of processes long gone; and notes from time to time how late
/// it is (storage/clock_mark.hpp). On a thread and a connection of its own, in small portions, so that nobody
/// waits for it.
class housekeeping {
public:
  virtual ~housekeeping() = default;
  /// Ends the thread after the portion in hand, which is broken off after two seconds. Blocks until then;
  /// while it connects, ten seconds at most.
  virtual void stop() = 0;
};

/// `clock` must outlive it.
std::unique_ptr<housekeeping> start_housekeeping(std::string database_url, const config::settings& settings,
                                                 const clock_source& clock,
                                                 std::function<void(std::string_view)> log);

} // namespace foyer::storage
