#pragma once

#include "actors/mailer/ports.hpp"
#include "mail/dkim.hpp"
#include "mail/renderer.hpp"
#include "mail/transport.hpp"

#include <memory>
#include <string>

namespace foyer::mail {

/// Renders an outbox row, lays it out and hands it to the transport. Throws std::invalid_argument when `from`
/// is no mailbox. `sign` may be null: no signature. A template that can't be filled and an unusable address
/// are refused for good.
std::unique_ptr<mailer::sender> create_sender(const std::string& from, std::unique_ptr<renderer>,
                                              std::unique_ptr<transport>,
                                              std::shared_ptr<const dkim_signer> sign);

} // namespace foyer::mail
