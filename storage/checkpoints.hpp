#pragma once

#include "actors/vocabulary/secret.hpp"
#include "config/settings.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace foyer::storage {

/// Writes checkpoints (ledger_checkpoint.hpp) while the server runs, on a thread and a connection of its own:
/// the first ledger.checkpoint_after_start after the start, then every ledger.checkpoint_every.
class checkpoints {
public:
  virtual ~checkpoints() = default;
  /// Ends the thread, in the middle of a checkpoint too: then there is none of this time. Blocks for at most
  /// the ten seconds of a connection that does not come about.
  virtual void stop() = 0;
};

/// What checkpoints have to say, on their own thread.
struct checkpoint_log {
  std::function<void(std::string_view)> written;
  /// A loss, or a checkpoint that could not be written: somebody has to look.
  std::function<void(std::string_view)> failed;
};

std::unique_ptr<checkpoints> start_checkpoints(std::string database_url, const config::settings& settings,
                                               const server_secret& secret, checkpoint_log log);

} // namespace foyer::storage
