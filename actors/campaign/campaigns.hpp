#pragma once

#include "actors/campaign/campaign.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

// What is read of campaigns, and who works them off.

namespace foyer::campaign {

/// A client that a selection meets, and why it gets no mail.
struct candidate {
  household_id household;
  std::string number;
  std::string first_name;
  std::string last_name;
  std::string email;
  std::string locale;
  campaign::reason reason = reason::none;
  amount balance = 0; // of balance mails
};
/// I1: how many would be invited, how many not and why, and the first of both kinds. W7: the same of balance
/// mails.
struct preview {
  std::int64_t invited = 0;
  amount balance = 0; // of those, together
  std::map<reason, std::int64_t> skipped;
  std::vector<candidate> candidates; // by id
  bool more = false;
};

/// One campaign and how far it is (I4).
struct overview {
  campaign_id id;
  selection of;
  campaign::texts texts;
  std::optional<account_id> by;
  time_point created_at;
  std::optional<time_point> queued_at; // none: still queueing
  std::map<fate, std::int64_t> counts;
  std::map<reason, std::int64_t> skipped;
};
struct campaign_page {
  std::vector<overview> campaigns; // newest first
  bool more = false;
};

struct recipient {
  candidate who; // its e-mail is the one that was written to
  campaign::fate fate = fate::queued;
  std::string error; // what the mail server said last; empty: nothing bad
  time_point at;     // of the latest change
};
struct recipient_page {
  std::vector<recipient> recipients; // by household id
  bool more = false;
};

/// Reads campaigns. Committed data only. `done` from any thread. Implemented in
/// storage/loaders/campaigns.cpp.
class records {
public:
  virtual ~records() = default;
  /// `after`: cursor. `limit` 0 gives the counts alone.
  virtual void preview_of(const selection& which, std::optional<household_id> after, int limit,
                          std::function<void(outcome<preview>)> done) = 0;
  virtual void list(const organisation_id& at, kind what, std::optional<campaign_id> before, int limit,
                    std::function<void(outcome<campaign_page>)> done) = 0;
  /// None: this organisation has no such campaign of this kind.
  virtual void find(const organisation_id& at, kind what, const campaign_id& which,
                    std::function<void(outcome<std::optional<overview>>)> done) = 0;
  virtual void list_recipients(const organisation_id& at, const campaign_id& which, std::optional<fate> only,
                               std::optional<household_id> after, int limit,
                               std::function<void(outcome<recipient_page>)> done) = 0;
  /// The last edit (I2); empty where nobody edited yet.
  virtual void find_texts(const organisation_id& at, std::function<void(outcome<texts>)> done) = 0;
};

/// Works campaigns off: makes the mails of all that are not done yet, also those of a former process.
/// Implemented in storage/campaign_queue.cpp.
class queue {
public:
  virtual ~queue() = default;
  /// A campaign was written. Any thread.
  virtual void wake() noexcept = 0;
};

} // namespace foyer::campaign
