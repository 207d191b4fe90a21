#pragma once

#include "actors/campaign/campaigns.hpp"
#include "actors/vocabulary/secret.hpp"
#include "config/settings.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace foyer::storage {

/// Told in the queue's own thread.
struct campaign_hooks {
  /// The rows of these households were changed past their actors (household::registry::reread).
  std::function<void(std::span<const household_id>)> changed = {};
  /// There are new mails.
  std::function<void()> on_mail = {};
  /// Why it did not go on, once per series of failures.
  std::function<void(std::string_view)> log = {};
};

/// Campaigns are worked off by a thread with a connection of its own. One transaction takes the next portion
/// of clients and writes recipients, tokens, mails and statuses together with how far the campaign is, so
/// that each client gets one mail whatever crashes, and other writers never wait long.
class campaign_queue : public campaign::queue {
public:
  /// Ends after the portion under way. Blocks; a second call does nothing.
  virtual void stop() = 0;
};

/// The secret must outlive it.
std::unique_ptr<campaign_queue> start_campaign_queue(std::string database_url,
                                                     const config::settings& settings,
                                                     const server_secret& secret, campaign_hooks hooks);

} // namespace foyer::storage
