#pragma once

#include "actors/mailer/mail.hpp"
#include "config/settings.hpp"
#include "mail/message/message.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace foyer::mail {

/// Carries encoded messages onwards. One object serves one thread and may block.
class transport {
public:
  virtual ~transport() = default;
  virtual mailer::delivery deliver(const std::string& mail_id, const encoded_message&) = 0;
};

struct smtp_options {
  std::string url;  // smtp:// or smtps://, with user and password where the server wants them
  std::string helo; // the name that we greet with
  config::starttls_mode starttls = config::starttls_mode::required;
  std::chrono::milliseconds connect_deadline{20'000};
  std::chrono::milliseconds send_deadline{60'000}; // one mail, all in all
};

/// SMTP by libcurl (RFC 5321); the connection is kept between mails. With `required`, STARTTLS and a valid
/// certificate are; with `opportunistic` the certificate is not looked at, since whoever could forge it could
/// also hide STARTTLS. `cancel` breaks off what is under way within about a second.
std::unique_ptr<transport> create_smtp_transport(smtp_options, std::shared_ptr<std::atomic<bool>> cancel);

/// Writes FOLDER/<mail id>.eml, whole or not at all; the same mail again replaces its file (M3). `written` is
/// called after each, in the thread that wrote.
std::unique_ptr<transport> create_file_transport(std::filesystem::path folder,
                                                 std::function<void(const std::string& mail_id)> written);

} // namespace foyer::mail
