#pragma once

#include "actors/mailer/mail.hpp"

#include <string>
#include <string_view>

namespace foyer::mail {

/// Where in the dialogue a server gave its last answer.
enum class smtp_phase {
  connecting, // no greeting, EHLO, STARTTLS, AUTH
  envelope,   // MAIL FROM
  recipient,  // RCPT TO
  content,    // DATA and the message
};

struct smtp_end {
  smtp_phase phase = smtp_phase::connecting;
  int code = 0; // the last answer's; 0 without one
  std::string_view answer;
  std::string_view error; // the library's words
};

/// What a failed attempt means (RFC 5321, section 4.2.1). 5xx to envelope or content is about this mail and
/// final; where it answers RCPT, the mail bounced. Everything before the envelope, 421 (the server closes)
/// and 530 to 538 (it wants TLS or a login) is about the connection. 4xx, and a connection that broke once
/// the envelope was under way, may be about this mail: it is tried again.
mailer::delivery judge(const smtp_end&);

} // namespace foyer::mail
