#pragma once

#include "bench/database.hpp"
#include "bench/own_server.hpp"
#include "bench/progress.hpp"
#include "bench/report.hpp"
#include "bench/smtp_sink.hpp"

#include <atomic>
#include <string>

namespace foyer::bench {

// The scenario `invitation` (B8): one campaign to all clients of a server of its own, its mails to a receiver
// within this program.
class campaign_run {
public:
  campaign_run();

  // What the server's configuration has to say, beside its defaults: where mails go, and no rate limits.
  std::string configuration() const;

  // Everybody that seed_households made becomes a client with an address and without an account, as if just
  // imported.
  static void forget_accounts(database& on);

  // One campaign from its request to its last mail. What is wrong with the mails becomes a problem of the
  // report.
  void measure(database& on, const own_server& server, std::size_t repeat, report& to, progress& show,
               const std::atomic<bool>& stop);

private:
  bool wait_until_sent(std::uint64_t expected, std::chrono::steady_clock::time_point since,
                       load_timeline& line, const own_server& server, progress& show,
                       const std::atomic<bool>& stop);
  void check(database& on, report& to) const;

  std::unique_ptr<smtp_sink> sink_;
};

} // namespace foyer::bench
