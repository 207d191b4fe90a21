#include "bench/remote_campaign.hpp"

#include "bench/failure.hpp"
#include "bench/figure_text.hpp"

#include <boost/json/serialize.hpp>

#include <thread>

namespace foyer::bench {

namespace json = boost::json;
using steady = std::chrono::steady_clock;

namespace {

constexpr auto ask_every = std::chrono::milliseconds{100};
constexpr auto sample_every = std::chrono::milliseconds{500};
// Nothing more is sent for so long: nothing more will.
constexpr auto silence_limit = std::chrono::seconds{60};

struct state {
  bool queued = false;
  std::uint64_t sent = 0;
  std::uint64_t failed = 0; // bounced ones too
  std::uint64_t skipped = 0;

  std::uint64_t done() const { return sent + failed + skipped; }
};

state look(const remote_api& api, const std::string& token, const std::string& id) {
  const auto found =
      api.must({"GET", api.staff("invitations/" + id), token, {}, {}}, "looking at the campaign");
  const auto& counts = found.at("counts").as_object();
  const auto count = [&](const char* key) { return static_cast<std::uint64_t>(number_at(counts, key)); };
  state out;
  out.queued = !found.at("queued_at").is_null();
  out.sent = count("sent") + count("accepted");
  out.failed = count("failed") + count("bounced");
  out.skipped = count("skipped");
  return out;
}

double seconds(steady::duration of) {
  return std::chrono::duration<double>(of).count();
}

} // namespace

void run_remote_campaign(const remote_api& api, const std::string& token, const std::string& tag,
                         std::size_t clients, const std::string& label, report& to, progress& show,
                         const std::atomic<bool>& stop) {
  const json::object body{{"group", "tag"}, {"tag", tag}};
  const auto since = steady::now();
  const auto id = text_at(api.must({"POST", api.staff("invitations"), token, json::serialize(body), {}, 201},
                                   "starting the campaign"),
                          "id");
  campaign_figures figures;
  load_timeline line{"mails", {}};
  state now;
  auto sampled = since, moved = since;
  std::uint64_t seen = 0;
  while (now.done() < clients && !stop && steady::now() - moved < silence_limit) {
    std::this_thread::sleep_for(ask_every);
    now = look(api, token, id);
    const auto at = steady::now();
    if (now.queued && figures.queued_s == 0) figures.queued_s = seconds(at - since);
    if (at - sampled < sample_every && now.done() < clients) continue;
    if (now.sent > seen) moved = at;
    line.samples.push_back(
        {seconds(at - since), static_cast<double>(now.sent - seen) / seconds(at - sampled), 0, 0, 0});
    show.live(label + ": sent " + std::to_string(now.sent) + " of " + std::to_string(clients));
    seen = now.sent;
    sampled = at;
  }
  const auto took = steady::now() - since;
  figures.mails = now.sent;
  figures.sent_s = seconds(took);
  auto& run = to.server.emplace_back();
  run.load.succeeded = run.load.succeeded_in_all = now.sent;
  run.load.measuring_since = since;
  run.load.measured = took;
  run.load.interrupted = stop;
  run.load.timelines.push_back(std::move(line));
  to.campaigns.push_back(figures);
  show.say(format("%-22s queued in %.2f s, %8.0f mails/s", label.c_str(), figures.queued_s,
                  static_cast<double>(now.sent) / figures.sent_s));
  if (stop) return;
  if (now.sent != clients)
    to.problems.push_back(std::to_string(clients) + " clients, but the server says that " +
                          std::to_string(now.sent) + " mails were sent, " + std::to_string(now.failed) +
                          " failed and " + std::to_string(now.skipped) + " were skipped");
  else
    to.checked.push_back("the server says of each of the " + std::to_string(clients) +
                         " clients that its mail was sent");
}

} // namespace foyer::bench
