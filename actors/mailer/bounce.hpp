#pragma once

#include "actors/vocabulary/id.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace foyer::mailer {

/// What a returned mail says (RFC 3464).
struct bounce {
  mail_id mail;
  std::string detail;        // for staff: status and what the mail server said
  bool dead_mailbox = false; // the mailbox is not there: nothing but security mails goes there any more
};

/// Reads a returned mail; none: it is no report of a failure, or of no mail of ours.
using bounce_reader = std::function<std::optional<bounce>(std::string_view message)>;

} // namespace foyer::mailer
