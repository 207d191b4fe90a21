#pragma once

#include "actors/mailer/ports.hpp"
#include "mail/composer.hpp"
#include "mail/dkim.hpp"
#include "mail/transport.hpp"

#include <memory>

namespace foyer::mail {

/// Makes the message of an outbox row and hands it to the transport. `sign` may be null: no signature. A
/// template that can't be filled and an unusable address are refused for good.
std::unique_ptr<mailer::sender> create_sender(std::unique_ptr<composer>, std::unique_ptr<transport>,
                                              std::shared_ptr<const dkim_signer> sign);

} // namespace foyer::mail
