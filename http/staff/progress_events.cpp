#include "http/staff/progress_events.hpp"

namespace foyer::http::staff {
namespace {

namespace asio = boost::asio;
using steady = std::chrono::steady_clock;

/// After so long without news a comment is sent, so that proxies keep the connection.
constexpr std::chrono::seconds quiet_for{15};

asio::awaitable<void> tell(body_stream& to, progress_look look, std::chrono::milliseconds look_every,
                           std::chrono::milliseconds lives_for) {
  const auto until = steady::now() + lives_for;
  auto spoke_at = steady::now();
  std::string told;
  while (steady::now() < until) {
    auto found = co_await look();
    const bool finished = found && found->finished;
    std::string text;
    if (found && found->json != told) {
      told = std::move(found->json);
      text = "event: progress\ndata: " + told + "\n\n";
    } else if (steady::now() - spoke_at >= quiet_for) {
      text = ": still there\n\n";
    }
    if (!text.empty()) {
      const bool sent = co_await to.write(text);
      if (!sent) co_return;
      spoke_at = steady::now();
    }
    if (finished) co_return;
    const bool on = co_await to.wait(look_every);
    if (!on) co_return;
  }
}

} // namespace

response progress_events(progress_look look, std::chrono::milliseconds look_every,
                         std::chrono::milliseconds lives_for) {
  return event_stream([look = std::move(look), look_every, lives_for](body_stream& to) {
    return tell(to, look, look_every, lives_for);
  });
}

} // namespace foyer::http::staff
