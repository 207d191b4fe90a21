#pragma once

#include "actors/mailer/mail.hpp"
#include "actors/vocabulary/outcome.hpp"
#include "actors/vocabulary/time.hpp"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What staff and buyers see of the outbox (M4).

namespace foyer::mailer {

/// What became of a mail. The numbers are stored (storage/migrations/012_mail.sql).
enum class fate {
  queued = 0,
  sending = 1,
  sent = 2,
  failed = 3,
  stopped = 4,    // a newer one took its place, or the client wants none
  bounced = 5,    // the receiving server refused the address, or returned it
  suppressed = 6, // not sent, since the address is known to be dead
  aborted = 7,    // taken back by staff
};
inline constexpr std::array<fate, 8> all_fates{fate::queued,  fate::sending, fate::sent,       fate::failed,
                                               fate::stopped, fate::bounced, fate::suppressed, fate::aborted};
std::string_view to_string(fate of) noexcept;
std::optional<fate> parse_fate(std::string_view text) noexcept;

struct listed_mail {
  mail_id id;
  std::string template_name;
  std::string locale;
  std::string to_address;
  std::string to_name;
  mail_priority priority = mail_priority::order;
  mailer::fate fate = fate::queued;
  int attempts = 0;
  time_point created_at;
  std::optional<time_point> sent_at;
  std::optional<time_point> next_attempt_at; // while it is queued
  std::string error;                         // what the mail server said last; empty: nothing bad
  std::optional<household_id> household;
};
struct mail_page {
  std::vector<listed_mail> mails; // newest first
  bool more = false;
};

struct mail_filter {
  organisation_id organisation;
  std::optional<household_id> household; // a client's mails
  std::optional<mailer::fate> fate;
  std::optional<mail_id> before; // cursor
  int limit = 50;
};

/// One mail with what it is filled with.
struct kept_mail {
  listed_mail shown;
  std::string params; // with the words of its campaign
};

/// Why an address gets no more mails than it must.
struct suppression {
  std::string reason; // as a mail server said it
  time_point at;
};

/// The picture above an organisation's mails.
struct logo {
  std::string media_type; // image/png, image/jpeg or image/gif
  std::string bytes;
};

/// Reads the outbox. Committed data only. `done` from any thread. Implemented in storage/loaders/mails.cpp.
class records {
public:
  virtual ~records() = default;
  virtual void list(const mail_filter& which, std::function<void(outcome<mail_page>)> done) = 0;
  /// None: this organisation has no such mail.
  virtual void find(const organisation_id& at, const mail_id& which,
                    std::function<void(outcome<std::optional<kept_mail>>)> done) = 0;
  /// None: the address is not suppressed.
  virtual void find_suppression(const std::string& email_key,
                                std::function<void(outcome<std::optional<suppression>>)> done) = 0;
  virtual void find_logo(const organisation_id& at,
                         std::function<void(outcome<std::optional<logo>>)> done) = 0;
};

} // namespace foyer::mailer
