#pragma once

#include "actors/vocabulary/id.hpp"
#include "actors/vocabulary/time.hpp"

#include <optional>
#include <string>

// Cold rows of mails beside the outbox itself: campaigns, returned mails, logos.
// A part of actors/commit.hpp.

namespace foyer {

/// A campaign: of invitations (I1) or of balance mails (W7). Its mails are made afterwards, by
/// storage/campaign_queue.
struct campaign_row {
  organisation_id organisation;
  campaign_id id;
  std::string group; // campaign::group
  std::string tag;
  std::optional<household_id> household;
  std::string texts; // JSON, campaign::texts
  std::optional<account_id> by;
  uuid after; // campaign::range
  uuid until;
  time_point at;
  int kind = 1; // campaign::kind
  std::optional<time_point> mailed_before{};
  std::optional<time_point> mailed_since{};
};

/// A mail that staff send once more: failed, bounced, suppressed or aborted ones; else the commit is stale.
struct mail_retried {
  organisation_id organisation;
  mail_id id;
};

/// A mail that staff take back. Stale where it is not waiting any more, and for security mails.
struct mail_aborted {
  organisation_id organisation;
  mail_id id;
};

/// An address is written to again.
struct suppression_lifted {
  std::string email_key;
};

/// What a mail server said of a mail that was taken before (RFC 3464). Of one that is already known as
/// bounced nothing changes.
struct mail_bounced {
  mail_id id;
  std::string detail;
  bool suppress = false; // the mailbox itself is not there
  time_point at;
};

/// The picture above an organisation's mails; no bytes: it is taken away.
struct logo_row {
  organisation_id organisation;
  std::string media_type;
  std::string bytes;
};

/// The last edit of an invitation's words (I2).
struct invitation_wording_row {
  organisation_id organisation;
  std::string locale;
  std::string subject;
  std::string text;
  time_point at;
};

/// No campaign of its organisation writes to this household any more; what waits is not sent.
struct unsubscribed_row {
  household_id household;
  time_point at;
};

} // namespace foyer
