#pragma once

#include "actors/mailer/preview.hpp"
#include "actors/vocabulary/secret.hpp"
#include "config/settings.hpp"

#include <memory>

namespace foyer::mail {

/// The secret must outlive it. Throws std::invalid_argument when mail.from is no mailbox.
std::unique_ptr<mailer::previewer> create_previewer(const config::settings& settings,
                                                    const server_secret& secret);

} // namespace foyer::mail
