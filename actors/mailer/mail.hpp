#pragma once

#include "actors/commit.hpp"
#include "actors/vocabulary/id.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace foyer::mailer {

/// One row of the outbox, claimed for one attempt.
struct queued_mail {
  mail_id id;
  std::string template_name; // "confirmation"; mail/catalogue.hpp lists them
  std::string locale;        // "fr" or "en"
  std::string to_address;
  std::string to_name;
  std::string params; // a JSON object; secrets only as the id of their token
  mail_priority priority = mail_priority::order;
  int attempt = 1; // this one included
  /// When the row was written, and for how long it waited when it was claimed, both by the database's clock.
  std::chrono::sys_time<std::chrono::milliseconds> created_at{};
  std::chrono::milliseconds age{0};
  /// Empty for mails about an account that belong to no organisation.
  std::string organisation_name;
  std::string organisation_settings; // JSON as in organisations.settings
  std::string organisation_slug;
};

/// How an attempt ended.
enum class verdict : std::uint8_t {
  sent,           // accepted by the next server, or written into its file
  try_later,      // not now; says nothing about other mails
  transport_down, // nothing can be sent at present: no connection, no login
  refused,        // never: a bad address, a template that can't be filled, a permanent answer
};

struct delivery {
  mailer::verdict verdict = mailer::verdict::try_later;
  std::string detail;   // for staff, as the mail server said it: "550 5.1.1 no such user"
  bool bounced = false; // refused because of the address itself
};

/// What becomes of a claimed row.
struct settlement {
  enum class kind : std::uint8_t {
    sent,
    retry,    // after retry_in
    failed,   // for good; shown to staff
    released, // was not tried; the attempt does not count
  };

  mail_id id;
  int attempt = 0; // of queued_mail: a row that was claimed again meanwhile is left alone
  kind what = kind::sent;
  std::chrono::milliseconds retry_in{0};
  std::string detail;
  bool bounced = false; // with failed: the address itself was refused
};

} // namespace foyer::mailer
