#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/time.hpp"

#include <optional>
#include <string>

// Hot row of a mail that is to be sent (M1).
// A part of actors/commit.hpp.

namespace foyer {

enum class mail_priority { security = 0, order = 1, bulk = 2 };

struct mail_row {
  mail_id id;
  std::optional<organisation_id> organisation;
  std::string template_name;
  std::string locale;
  std::string to_address;
  std::string to_name;
  std::string params; // JSON object; no secret, a link is named by its token's id
  mail_priority priority = mail_priority::order;
  time_point at;
  std::optional<household_id> household{}; // among whose mails staff see it (M4)
};

} // namespace foyer
