#include "bench/campaign_run.hpp"

#include "bench/cpu_look.hpp"
#include "bench/failure.hpp"
#include "bench/http_call.hpp"
#include "bench/measure.hpp"
#include "bench/seed.hpp"

#include <cstdio>
#include <thread>

namespace foyer::bench {

namespace {

using steady = std::chrono::steady_clock;

constexpr auto queued_limit = std::chrono::seconds{300};
// Nothing arrives for so long: nothing more will.
constexpr auto silence_limit = std::chrono::seconds{60};
constexpr auto look_every = std::chrono::milliseconds{20};
constexpr auto sample_every = std::chrono::milliseconds{500};
// Whom the mailers tell twice would be told soon after the last one.
constexpr auto afterwards = std::chrono::milliseconds{500};

double seconds(steady::duration time) {
  return std::chrono::duration<double>(time).count();
}

// As if nobody had been invited yet, so that every repeat does the same work.
void begin_anew(database& on) {
  on.execute("truncate campaigns, campaign_recipients, outbox, tokens");
  on.execute("update households set status = 'added' where status <> 'added'");
  on.execute("vacuum analyze households, household_search");
  on.execute("checkpoint");
}

void start_campaign(const own_server& server, const options& wanted) {
  const auto answer = http_call(server.address(), "POST", "/api/v1/orgs/bench/staff/invitations",
                                seeded_token(wanted.seed, 0), R"({"group":"all"})");
  if (answer.status != 201)
    throw failure{"the server did not start the campaign: status " + std::to_string(answer.status) + "\n" +
                  answer.body};
}

void wait_until_queued(database& on, const std::atomic<bool>& stop) {
  const auto until = steady::now() + queued_limit;
  while (on.value("select count(*) from campaigns where queued_at is null") != "0") {
    if (stop) throw failure{"interrupted"};
    if (steady::now() > until) throw failure{"the campaign is not queued after 300 s"};
    std::this_thread::sleep_for(look_every);
  }
}

void say(progress& show, const std::string& label, const campaign_figures& of) {
  char text[160];
  std::snprintf(text, sizeof text, "%-22s queued in %.2f s, %8.0f mails/s", label.c_str(), of.queued_s,
                of.sent_s > 0 ? static_cast<double>(of.mails) / of.sent_s : 0);
  show.say(text);
}

} // namespace

campaign_run::campaign_run() : sink_{create_smtp_sink()} {}

std::string campaign_run::configuration() const {
  return "[mail]\nsmtp_url = \"smtp://127.0.0.1:" + std::to_string(sink_->port()) +
         "\"\nstarttls = \"off\"\nrate_per_second = 0\nbulk_rate_per_second = 0\n";
}

void campaign_run::forget_accounts(database& on) {
  on.execute("begin");
  on.execute("alter table households disable trigger user");
  on.execute("update households set status = 'added', account_id = null, linked_at = null, everything_shown "
             "= false");
  on.execute("alter table households enable trigger user");
  on.execute("delete from sessions where account_id not in (select account_id from roles)");
  on.execute("delete from accounts where id not in (select account_id from roles)");
  on.execute("commit");
  on.execute("vacuum full households");
  on.execute("vacuum analyze");
}

void campaign_run::measure(database& on, const own_server& server, std::size_t repeat, report& to,
                           progress& show, const std::atomic<bool>& stop) {
  const auto label = numbered("campaign", repeat, to.wanted.repeats);
  begin_anew(on);
  watcher beside{{server.process(), server.postmaster(), server.metrics()}};
  const auto before = look_at_cpu(server.process(), server.postmaster());
  const auto since = steady::now();
  sink_->begin(since);
  start_campaign(server, to.wanted);
  show.live(label + ": queueing");
  wait_until_queued(on, stop);
  campaign_figures figures;
  figures.queued_s = seconds(steady::now() - since);
  load_timeline line{"mails", {}};
  const bool whole = wait_until_sent(to.wanted.households, since, line, server, show, stop);
  const auto after = look_at_cpu(server.process(), server.postmaster());
  std::this_thread::sleep_for(afterwards);

  const auto got = sink_->result();
  figures.mails = got.mails;
  figures.sent_s = got.mails > 1 ? seconds(got.last - got.first) : 0;
  auto& run = to.server.emplace_back();
  run.load.succeeded = run.load.succeeded_in_all = got.mails;
  run.load.latency = got.age;
  run.load.measuring_since = since;
  run.load.measured = got.last - got.first;
  run.load.interrupted = !whole;
  run.load.timelines.push_back(std::move(line));
  run.watch = beside.finish(since);
  run.others_share = share_of_others(before, after);
  if (const auto mails = static_cast<double>(got.mails); mails > 0) {
    if (before.server && after.server)
      run.server_us = static_cast<double>(*after.server - *before.server) / mails;
    if (before.postgres && after.postgres)
      run.postgres_us = static_cast<double>(*after.postgres - *before.postgres) / mails;
    run.generator_us = static_cast<double>(after.generator - before.generator) / mails;
  }
  to.campaigns.push_back(figures);
  say(show, label, figures);
  if (!stop) check(on, to);
}

bool campaign_run::wait_until_sent(std::uint64_t expected, steady::time_point since, load_timeline& line,
                                   const own_server& server, progress& show, const std::atomic<bool>& stop) {
  std::uint64_t seen = 0;
  auto sampled = steady::now();
  auto moved = sampled;
  while (seen < expected) {
    if (stop || steady::now() - moved > silence_limit) return false;
    std::this_thread::sleep_for(look_every);
    const auto now = steady::now();
    const auto mails = sink_->mails();
    if (now - sampled < sample_every && mails < expected) continue;
    if (mails > seen) moved = now;
    const auto speed = static_cast<double>(mails - seen) / seconds(now - sampled);
    line.samples.push_back({seconds(now - since), speed, 0, 0, 0});
    show.live("sent " + std::to_string(mails) + " of " + std::to_string(expected) + ", " +
              std::to_string(static_cast<std::int64_t>(speed)) + " /s");
    seen = mails;
    sampled = now;
    if (!server.is_running()) return false;
  }
  return true;
}

// I4: one mail for each client, no more and no less, and the campaign says the same.
void campaign_run::check(database& on, report& to) const {
  const auto got = sink_->result();
  std::uint64_t wrong = 0;
  std::uint64_t clients = 0;
  for (const auto& row : on.query("select email, count(*) from households group by email").values) {
    const auto expected = std::stoull(row[1].value_or("0"));
    const auto found = got.by_address.find(row[0].value_or(""));
    clients += expected;
    if (found == got.by_address.end() || found->second != expected) ++wrong;
  }
  if (wrong > 0)
    to.problems.push_back(std::to_string(wrong) + " addresses did not get exactly one mail for each client");
  if (got.mails != clients || got.by_message_id.size() != clients)
    to.problems.push_back(std::to_string(clients) + " clients, but " + std::to_string(got.mails) +
                          " mails with " + std::to_string(got.by_message_id.size()) +
                          " different Message-IDs");
  const auto tokens =
      on.value("select count(*) from tokens where purpose = 'invitation' and state = 'valid'");
  if (tokens != std::to_string(clients))
    to.problems.push_back("there are " + tokens + " links that are good");
  // The mailers book what they sent a moment later.
  const auto until = steady::now() + std::chrono::seconds{10};
  const char* const unsent = "select count(*) from campaign_recipients where fate <> 2";
  while (on.value(unsent) != "0" && steady::now() < until) std::this_thread::sleep_for(look_every);
  if (const auto left = on.value(unsent); left != "0")
    to.problems.push_back(left + " recipients are not `sent` although their mail arrived");
}

} // namespace foyer::bench
