#pragma once

#include "bench/progress.hpp"
#include "bench/remote_api.hpp"
#include "bench/report.hpp"

#include <atomic>
#include <string>

namespace foyer::bench {

// One campaign of invitations to the `clients` that have a tag, on somebody else's server, from its request
// until that server says that all its mails are sent. What is wrong becomes a problem of the report.
void run_remote_campaign(const remote_api& api, const std::string& token, const std::string& tag,
                         std::size_t clients, const std::string& label, report& to, progress& show,
                         const std::atomic<bool>& stop);

} // namespace foyer::bench
