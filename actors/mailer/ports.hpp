#pragma once

#include "actors/mailer/mail.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace foyer::mailer {

/// The outbox as the pool sees it. One object serves one thread and may block.
class outbox {
public:
  struct exchanged {
    std::vector<queued_mail> mails;
    /// In how long the next row falls due, if the claim took all that were; nullopt when nothing waits.
    std::optional<std::chrono::milliseconds> next_due;
  };

  virtual ~outbox() = default;

  /// In one transaction: books the settlements, then claims at most `claim_max` rows that are due (or whose
  /// lease ran out) for `lease`, the most urgent first. claim_max 0 claims nothing. nullopt: the database
  /// could not be asked, nothing is known to have happened; giving the same settlements again is safe.
  virtual std::optional<exchanged> exchange(std::span<const settlement> settlements, int claim_max,
                                            std::chrono::milliseconds lease) = 0;
};

/// Renders and delivers one mail. One object serves one thread and may block.
class sender {
public:
  virtual ~sender() = default;
  virtual delivery send(const queued_mail&) = 0;
};

/// Called in the thread that uses the result; must not throw.
using outbox_factory = std::function<std::unique_ptr<outbox>()>;
using sender_factory = std::function<std::unique_ptr<sender>()>;

} // namespace foyer::mailer
