#pragma once

#include "bench/progress.hpp"
#include "bench/remote_api.hpp"

#include <atomic>
#include <string>
#include <vector>

namespace foyer::bench {

// Accounts that can log in on somebody else's server: registered, and confirmed by the links of their mails,
// which a server shows at /dev/mail when its configuration says so (mail.dev_mailbox, or the demonstration).
struct made_accounts {
  std::vector<login_pair> accounts;
  std::string why_no_more; // empty: as many as were asked for
};
made_accounts make_accounts(const remote_api& api, std::size_t count, progress& show,
                            const std::atomic<bool>& stop);

// The token of the first link in the mails to an address; empty: there is none within 5 s. none of it: mails
// can't be read there.
std::optional<std::string> mailed_token(const remote_api& api, const std::string& address);

// Confirms an account that registered with seeded_password by the token of its mail. Throws failure.
void confirm_account(const remote_api& api, const std::string& token);

// What a server that shows no mails lacks, as a sentence.
inline constexpr std::string_view mails_unreadable =
    "the server shows no mails at /dev/mail (mail.dev_mailbox is off there, or they go out by SMTP)";

} // namespace foyer::bench
