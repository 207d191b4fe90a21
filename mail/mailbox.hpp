#pragma once

#include "actors/mailer/mailbox.hpp"

#include <filesystem>
#include <memory>

namespace foyer::mail {

/// The mailbox of a folder of .eml files that the file transport writes.
std::shared_ptr<mailer::mailbox> create_mailbox(std::filesystem::path folder);

} // namespace foyer::mail
