#pragma once

#include "actors/mailer/mailbox.hpp"
#include "actors/mailer/pool.hpp"
#include "actors/vocabulary/secret.hpp"
#include "config/settings.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace foyer::mail {

struct pool_parts {
  /// One line per mail that failed or was put off, and per error of the outbox; called in the mailers'
  /// threads.
  std::function<void(std::string_view)> log = {};
  /// Told of every mail that goes into a file; may be null. Only where mail.smtp_url is empty.
  std::shared_ptr<mailer::mailbox> mailbox = nullptr;
};

/// The mailers as the configuration wants them: SMTP where mail.smtp_url is set, else files in data.dir/mail.
/// `outbox` makes a connection of its own for the pool (storage/outbox.hpp). Settings are read here only; the
/// secret must outlive the pool, the pool must be stopped before the actor system and the database are.
/// Throws std::invalid_argument with a sentence for the operator when mail.from or mail.bounce_address is no
/// address, or mail.dkim_key is set but can't be used.
std::unique_ptr<mailer::pool> create_pool(caf::actor_system&, const config::settings&, const server_secret&,
                                          mailer::outbox_factory outbox, pool_parts);

} // namespace foyer::mail
