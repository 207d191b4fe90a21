#include "actors/mailer/records.hpp"

namespace foyer::mailer {

std::string_view to_string(fate of) noexcept {
  switch (of) {
  case fate::queued: return "queued";
  case fate::sending: return "sending";
  case fate::sent: return "sent";
  case fate::failed: return "failed";
  case fate::stopped: return "stopped";
  case fate::bounced: return "bounced";
  case fate::suppressed: return "suppressed";
  case fate::aborted: return "aborted";
  }
  return "queued";
}

std::optional<fate> parse_fate(std::string_view text) noexcept {
  for (const auto each : all_fates)
    if (to_string(each) == text) return each;
  return std::nullopt;
}

} // namespace foyer::mailer
