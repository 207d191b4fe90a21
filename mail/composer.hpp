#pragma once

#include "actors/mailer/mail.hpp"
#include "mail/message/message.hpp"
#include "mail/renderer.hpp"

#include <memory>
#include <string>

namespace foyer::mail {

/// Makes the message of an outbox row: what is sent, and what staff see before. One thread at a time.
class composer {
public:
  /// `return_to`: mail.bounce_address; empty: none of its own. The secret must outlive it.
  composer(mailbox_name from, std::string return_to, const server_secret& secret,
           std::unique_ptr<renderer> render);

  /// Refused as renderer::render.
  outcome<message> compose(const mailer::queued_mail& mail, bool secrets_hidden);

private:
  const organisation::settings& settings_of(const mailer::queued_mail& mail);

  mailbox_name from_;
  std::string return_to_;
  const server_secret& secret_;
  std::unique_ptr<renderer> render_;
  std::string settings_json_;
  organisation::settings settings_;
};

/// As the configuration wants it. The secret must outlive it. Throws std::invalid_argument with a sentence
/// for the operator when mail.from or mail.bounce_address can't be used.
std::unique_ptr<composer> create_composer(const config::settings& settings, const server_secret& secret);

} // namespace foyer::mail
