#pragma once

#include "actors/mailer/mailbox.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace foyer::http::operations {

/// The pages of /dev/mail as HTML. `french`: else English.
std::string dev_mail_list_page(const std::vector<mailer::mail_summary>&, const mailer::mailbox::filter&,
                               bool french);
std::string dev_mail_page(const mailer::mail_content&, bool french);
/// The mail's own HTML, whose links leave the frame in which it is shown.
std::string dev_mail_frame(const mailer::mail_content&);
std::string_view dev_mail_style();

} // namespace foyer::http::operations
