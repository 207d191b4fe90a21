#pragma once

#include "actors/mailer/mail.hpp"
#include "actors/vocabulary/outcome.hpp"

#include <string>

namespace foyer::mailer {

/// A mail as it would be sent (M4, W7).
struct previewed {
  std::string from_name;
  std::string from_address;
  std::string to_name;
  std::string to_address;
  std::string reply_to; // empty: none
  std::string subject;
  std::string text;
  std::string html;
};

/// Whether links, codes and keys stand in a preview, or dots in their place. Whoever may see them could use
/// them.
enum class secrets { shown, hidden };

/// Renders mails for staff by what the mailers send them with. Any thread; takes about a millisecond.
class previewer {
public:
  virtual ~previewer() = default;
  /// Refused: not_found (no such template), invalid (params that do not fit).
  virtual outcome<previewed> preview(const queued_mail& of, secrets how) = 0;
};

} // namespace foyer::mailer
