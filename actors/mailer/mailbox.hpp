#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::mailer {

/// A mail of the folder, for the list of /dev/mail.
struct mail_summary {
  std::string id;
  std::string to;
  std::string subject;
  std::chrono::sys_time<std::chrono::milliseconds> created_at{};
};

struct mail_content : mail_summary {
  std::string from;
  std::string text;
  std::string html;
  std::vector<std::string> links; // of the text part, in their order
};

/// The .eml files of a folder (M3), newest first. Any thread; reading blocks on the disk.
class mailbox {
public:
  /// The list keeps this many of the newest mails in memory; older files stay readable by their id.
  static constexpr std::size_t kept_max = 10'000;

  virtual ~mailbox() = default;

  struct filter {
    std::string to;    // only mails to this address, without regard to case
    std::string text;  // only those that have it in subject, address or text
    std::string after; // only those that are newer than the mail of this id
    std::size_t limit = 50;
  };
  /// Empty texts of the filter let everything through.
  virtual std::vector<mail_summary> list(const filter&) = 0;
  virtual std::optional<mail_content> read(std::string_view id) = 0;

  /// `changed` is called after every new mail, in the mailer's thread, until the subscription is dropped;
  /// when dropping returns, it is not running. It must not call back into the mailbox.
  using subscription = std::shared_ptr<void>;
  virtual subscription subscribe(std::function<void()> changed) = 0;

  /// The pool says that ID.eml was written.
  virtual void added(const std::string& id) = 0;
};

} // namespace foyer::mailer
